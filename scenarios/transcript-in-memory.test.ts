import { createRouterTransport } from "@connectrpc/connect";
import { GridClient } from "unseen";
import { expect, test } from "vitest";
import { gridRoutes } from "../packages/owner/src/http/index.ts";
import { testHome } from "../packages/owner/src/store/home-for-tests.ts";
import { transcript } from "./transcript.ts";
import { cannedExpectations, cannedNode, password } from "./transcript-canned-node.ts";
import { ownerExpectations, ownerNode, researcher } from "./transcript-owner-node.ts";

test("the transcript runs as written against an owner's house in memory", async () => {
  using home = testHome();
  const node = await ownerNode(home);
  const transport = createRouterTransport((router) => gridRoutes(router, node));
  const connect = () =>
    GridClient.connect({ ...researcher, url: "http://localhost:7700", transport: () => transport });
  await transcript({ ...ownerExpectations, connect });
});

test("the transcript runs as written over a transport in memory", async () => {
  const transport = cannedNode().transport();
  const url = "http://localhost:7700";
  const connect = () => GridClient.connect({ url, username: "atrask", password, transport: () => transport });
  await transcript({ ...cannedExpectations, connect });
});

test("a world whose owner knows other means fails the transcript", async () => {
  const transport = cannedNode().transport();
  const url = "http://localhost:7700";
  const connect = () => GridClient.connect({ url, username: "atrask", password, transport: () => transport });
  const means = { ...cannedExpectations.means, bp: 200 };
  await expect(transcript({ ...cannedExpectations, connect, means })).rejects.toThrow(
    "within its stated noise",
  );
  const found = "Found 2 results in total.";
  await expect(transcript({ ...cannedExpectations, connect, found })).rejects.toThrow("Found 1 results");
});
