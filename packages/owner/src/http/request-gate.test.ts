import { request } from "node:http";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { wireLimits } from "@unseen/wire";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Accounts, ownerAtTheMachine } from "../accounts/index.ts";
import { SingleFlight } from "../questions/index.ts";
import { clinicColumns, OracleEngine, questionPorts } from "../questions/questions-for-tests.ts";
import { testHome } from "../store/home-for-tests.ts";
import { type Serving, serveNode } from "./serve-node.ts";
import { Workspaces } from "./workspaces.ts";

const home = testHome();
const accounts = new Accounts({
  home,
  clock: { nowMs: () => Date.now() },
  entropy: { fill: (bytes) => crypto.getRandomValues(bytes) },
});
let serving: Serving;
let token: string;

beforeAll(async () => {
  const account = { name: "ada", password: "a long enough password", role: "researcher" } as const;
  await accounts.add(ownerAtTheMachine(), account);
  const session = await accounts.signIn(account.name, account.password);
  if (!session.ok) throw new Error(session.problem.message);
  token = session.value.token;
  const questions = await questionPorts(home.store, new OracleEngine(clinicColumns));
  const node = {
    name: "clinic node",
    accounts,
    questions,
    workspaces: new Workspaces(),
    underway: new SingleFlight<never>(),
  };
  const served = await serveNode(node, { host: "127.0.0.1", port: 0 });
  if (!served.ok) throw new Error(served.problem.message);
  serving = served.value;
});

afterAll(async () => {
  await serving.close();
  home[Symbol.dispose]();
});

const put = "/unseen.v1.WorkspaceService/Put";
const signIn = "/unseen.v1.GridService/SignIn";
const json = { "content-type": "application/json" };
const binary = { "content-type": "application/proto" };

test("a stranger's message is refused before it arrives", async () => {
  // Its headers announce what is never sent: whoever reads the body first would wait for it.
  const announced = { "content-length": String(wireLimits.tensorBytes - 1) };
  for (const path of [put, "/unseen.v1.WorkspaceService/Run", "/unseen.v1.GridService/Ask"])
    expect(await begin(path, { ...binary, ...announced }), path).toContain("session-invalid");
});

test("a call that needs no session takes no more than a name, a password and a token", async () => {
  const announced = { "content-length": String(2 ** 16) };
  expect(await begin(signIn, { ...json, ...announced })).toContain("message-too-large");
});

test("a packed message is not unpacked", async () => {
  const large = Buffer.alloc(2 ** 20, " ");
  const authorization = `Bearer ${token}`;
  for (const [encoding, body] of [
    ["gzip", gzipSync(large)],
    ["br", brotliCompressSync(large)],
  ] as const) {
    const headers = { ...json, authorization, "content-encoding": encoding };
    expect(await begin(put, headers, body), encoding).toContain("unknown compression");
  }
});

test("a large tensor is taken in binary only", async () => {
  const authorization = `Bearer ${token}`;
  const announced = { "content-length": String(wireLimits.askBytes + 1) };
  expect(await begin(put, { ...json, authorization, ...announced })).toContain("message-too-large");
  expect(await begin(put, { ...json, authorization, "transfer-encoding": "chunked" })).toContain(
    "message-too-large",
  );
  const small = Buffer.from(JSON.stringify({ objectId: "x", value: { shape: [1], data: [1] } }));
  const headers = { ...json, authorization, "content-length": String(small.length) };
  expect(await begin(put, headers, small)).toBe("{}");
});

/** Sends the headers and perhaps a body, does not end the request, and gives the reply's text. */
function begin(path: string, headers: Record<string, string>, body?: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(`${serving.url}${path}`, { method: "POST", headers }, async (reply) => {
      const parts: Buffer[] = [];
      for await (const part of reply) parts.push(part as Buffer);
      resolve(Buffer.concat(parts).toString("utf8"));
      sent.destroy();
    });
    sent.on("error", reject);
    if (body === undefined) sent.flushHeaders();
    else sent.end(body);
  });
}
