import { expect, test } from "vitest";
import { boundedFetch, replyLimit } from "./bounded-fetch.ts";

const replying =
  (body: BodyInit | null, headers: HeadersInit = {}) =>
  async () =>
    new Response(body, { headers });
const endless = () =>
  new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(1_000));
    },
  });

test("a reply within the limit comes through whole", async () => {
  const reply = await boundedFetch(replying("1234567890", { "x-kept": "yes" }), () => 10)("http://localhost");
  expect(await reply.text()).toBe("1234567890");
  expect(reply.headers.get("x-kept")).toBe("yes");
  expect((await boundedFetch(replying(null), () => 10)("http://localhost")).body).toBeNull();
});

test("a reply that says it is larger is not read, and one that does not say is cut off", async () => {
  const stated = boundedFetch(replying(endless(), { "content-length": "11" }), () => 10)("http://localhost");
  await expect(stated).rejects.toThrow("larger than 10 bytes");
  const unstated = await boundedFetch(replying(endless()), () => 10_000)("http://localhost");
  await expect(unstated.arrayBuffer()).rejects.toThrow("larger than 10000 bytes");
});

test("the grid's replies are held to what an answer needs, a workspace's to what was sent there", () => {
  const grid = replyLimit("https://node.example/unseen.v1.GridService/Ask");
  expect(grid).toBeLessThan(replyLimit("https://node.example/unseen.v1.WorkspaceService/Fetch"));
  expect(grid).toBeGreaterThan(262_144 * 2 * 8);
});
