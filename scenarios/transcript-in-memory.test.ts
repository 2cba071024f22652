import { GridClient } from "unseen";
import { expect, test } from "vitest";
import { transcript } from "./transcript.ts";
import { cannedExpectations, cannedNode, password } from "./transcript-canned-node.ts";

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
