import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { GridService } from "@unseen/wire";
import { expect, test } from "vitest";
import { Accounts } from "../accounts/index.ts";
import { SingleFlight } from "../questions/index.ts";
import { clinicColumns, OracleEngine, questionPorts } from "../questions/questions-for-tests.ts";
import { testHome } from "../store/home-for-tests.ts";
import { serveNode } from "./serve-node.ts";
import { Workspaces } from "./workspaces.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const certFile = fixture("localhost-for-tests.pem");
const keyFile = fixture("localhost-for-tests-key.pem");

test("with a certificate a node listens beyond the loopback and speaks TLS alone; without, it does not listen", async () => {
  using home = testHome();
  const clock = { nowMs: () => Date.now() };
  const accounts = new Accounts({ home, clock, entropy: { fill: (bytes) => crypto.getRandomValues(bytes) } });
  const questions = await questionPorts(home.store, new OracleEngine(clinicColumns));
  const node = {
    name: "clinic",
    accounts,
    questions,
    workspaces: new Workspaces(),
    underway: new SingleFlight<never>(),
  };
  expect(await serveNode(node, { host: "0.0.0.0", port: 0 })).toMatchObject({
    ok: false,
    problem: { code: "insecure-address" },
  });
  const unreadable = { certFile: fixture("README.md"), keyFile };
  expect(await serveNode(node, { host: "0.0.0.0", port: 0, tls: unreadable })).toMatchObject({
    ok: false,
    problem: { code: "insecure-address" },
  });

  const serving = await serveNode(node, { host: "0.0.0.0", port: 0, tls: { certFile, keyFile } });
  if (!serving.ok) throw new Error(serving.problem.message);
  const baseUrl = `https://localhost:${new URL(serving.value.url).port}`;
  try {
    const trusting = createConnectTransport({
      baseUrl,
      httpVersion: "1.1",
      nodeOptions: { ca: readFileSync(certFile) },
    });
    expect(await createClient(GridService, trusting).hello({})).toMatchObject({
      nodeName: "clinic",
      unclaimed: true,
    });
    const wary = createConnectTransport({ baseUrl, httpVersion: "1.1" });
    await expect(createClient(GridService, wary).hello({})).rejects.toThrow();
    await expect(fetch(baseUrl.replace("https", "http"))).rejects.toThrow();
  } finally {
    await serving.value.close();
  }
});
