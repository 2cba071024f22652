import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { GridClient } from "unseen";
import { afterEach, expect, test } from "vitest";
import { serveNode } from "../packages/owner/src/http/index.ts";
import { testHome } from "../packages/owner/src/store/home-for-tests.ts";
import { transcript } from "./transcript.ts";
import { cannedExpectations, cannedNode, password } from "./transcript-canned-node.ts";
import { ownerExpectations, ownerNode, researcher } from "./transcript-owner-node.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serveCanned = () => {
  const node = cannedNode();
  return listen(createServer(connectNodeAdapter({ routes: (router) => node.routes(router) })));
};

test("the transcript runs as written against an owner's house over HTTP", async () => {
  using home = testHome();
  const serving = await serveNode(await ownerNode(home), { host: "127.0.0.1", port: 0 });
  if (!serving.ok) throw new Error(serving.problem.message);
  const { url, close } = serving.value;
  try {
    await transcript({ ...ownerExpectations, connect: () => GridClient.connect({ ...researcher, url }) });
  } finally {
    await close();
  }
});

test("the transcript runs as written over HTTP", async () => {
  const url = await serveCanned();
  await transcript({
    ...cannedExpectations,
    connect: () => GridClient.connect({ url, username: "atrask", password }),
  });
});

test("over HTTP a port where nobody listens is flagged, and an address of something else is refused", async () => {
  const url = await serveCanned();
  const gone = await listen(createServer());
  servers.pop()?.close();
  const grid = await GridClient.connect({ urls: [url, gone], username: "atrask", password });
  expect(grid.unreachable).toMatchObject([{ node: gone, problem: { code: "node-unreachable" } }]);
  expect(String(await grid.search())).toContain(`Partial: 1 of 2 nodes did not answer in time (${gone})`);
  const other = await listen(createServer((_, response) => response.end("<html>a web page</html>")));
  await expect(GridClient.connect({ url: other, username: "atrask", password })).rejects.toMatchObject({
    name: "AskRefused",
  });
});

test("a password does not follow a redirect", async () => {
  const bodies: string[] = [];
  const thief = await listen(
    createServer((request, response) => {
      request.on("data", (chunk: Buffer) => bodies.push(chunk.toString("latin1")));
      request.on("end", () => response.end());
    }),
  );
  const moved = await listen(
    createServer((request, response) =>
      response.writeHead(307, { location: `${thief}${request.url}` }).end(),
    ),
  );
  await expect(GridClient.connect({ url: moved, username: "atrask", password })).rejects.toMatchObject({
    name: "AskRefused",
  });
  expect(bodies.join("")).not.toContain(password);
});

test("a node that never answers is given up at the deadline", async () => {
  const silent = await listen(createServer(() => {}));
  const refused = GridClient.connect({ url: silent, username: "atrask", password, deadlineMs: 300 });
  await expect(refused).rejects.toMatchObject({ code: "deadline-exceeded" });
});
