import {
  Code,
  ConnectError,
  createClient,
  createConnectRouter,
  createRouterTransport,
} from "@connectrpc/connect";
import { problem } from "@unseen/base";
import { Workspace } from "@unseen/compute";
import { makeProgram, type ProgramNode, plainTensor } from "@unseen/program";
import { expect, test } from "vitest";
import { encodeProgram } from "./codec/program-codec.ts";
import { decodeTensor, encodeTensor } from "./codec/tensor-codec.ts";
import { WorkspaceService } from "./gen/unseen/v1/workspace_pb.ts";
import { wireLimits } from "./limits.ts";
import { problemFromError } from "./problems/problem-from-error.ts";
import { problemToConnectError } from "./problems/problem-to-connect.ts";
import { workspaceRoutes } from "./workspace-routes.ts";

const clientOf = (workspace: Workspace) =>
  createClient(
    WorkspaceService,
    createRouterTransport((router) => workspaceRoutes(router, () => workspace)),
  );
const slide = encodeTensor(plainTensor([4], [1, 3, 4, 5]));

function programOf(nodes: readonly ProgramNode[]) {
  const made = makeProgram({ nodes, outputs: [nodes.length - 1] });
  if (!made.ok) throw new Error(made.problem.message);
  return encodeProgram(made.value);
}
const twice = programOf([
  { kind: "input", name: "x", shape: [4] },
  { kind: "operation", operation: "Add", inputs: [0, 0], attributes: {} },
]);

async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "ok",
    (error: unknown) => problemFromError(error).code,
  );
}

test("a tensor is put, computed on where it is, fetched as a copy, listed and deleted", async () => {
  const client = clientOf(new Workspace());
  await client.put({ objectId: "x", value: slide });
  await client.run({ program: twice, keepAs: ["y"] });
  const { value } = await client.fetch({ objectId: "y" });
  expect(decodeTensor(value)).toEqual({ ok: true, value: plainTensor([4], [2, 6, 8, 10]) });
  expect((await client.run({ program: twice })).values.map(({ data }) => data)).toEqual([[2, 6, 8, 10]]);
  expect((await client.list({})).objectIds).toEqual(["x", "y"]);
  await client.delete({ objectId: "x" });
  expect((await client.list({})).objectIds).toEqual(["y"]);
});

test("NaN and infinities that are the caller's own come back as they went", async () => {
  const client = clientOf(new Workspace());
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, -0];
  await client.put({ objectId: "odd", value: encodeTensor(plainTensor([3], odd)) });
  expect((await client.fetch({ objectId: "odd" })).value?.data).toEqual(odd);
});

test("each refusal reaches the caller under its code", async () => {
  const client = clientOf(new Workspace());
  expect(await codeOf(client.fetch({ objectId: "x" }))).toBe("object-unknown");
  expect(await codeOf(client.delete({ objectId: "not an id" }))).toBe("object-unknown");
  expect(await codeOf(client.run({ program: twice }))).toBe("object-unknown");
  expect(await codeOf(client.run({}))).toBe("program-malformed");
  expect(await codeOf(client.run({ program: twice, keepAs: ["a", "b"] }))).toBe("message-malformed");
  expect(await codeOf(client.put({ objectId: "a b", value: slide }))).toBe("message-malformed");
  expect(await codeOf(client.put({ objectId: "x" }))).toBe("message-malformed");
  expect(await codeOf(client.put({ objectId: "x", value: { shape: [3], data: [1] } }))).toBe(
    "message-malformed",
  );
});

test("a message over its limit is refused unread, and each kind has its own limit", async () => {
  const workspace = new Workspace();
  const client = clientOf(workspace);
  const half = new Float64Array(wireLimits.runBytes / 8);
  expect(
    await codeOf(client.put({ objectId: "x", value: encodeTensor(plainTensor([half.length], half)) })),
  ).toBe("ok");
  expect(await codeOf(client.fetch({ objectId: "x".repeat(wireLimits.runBytes) }))).toBe("message-too-large");
  const over = { shape: [1], data: Array.from({ length: wireLimits.tensorBytes / 8 + 1 }, () => 0) };
  expect(await codeOf(client.put({ objectId: "y", value: over }))).toBe("message-too-large");
  expect(workspace.list()).toEqual(["x"]);
});

test("a caller that is not known gets to no workspace", async () => {
  const transport = createRouterTransport((router) =>
    workspaceRoutes(router, () => {
      throw problemToConnectError(problem("session-invalid", "sign in first"));
    }),
  );
  const client = createClient(WorkspaceService, transport);
  expect(await codeOf(client.list({}))).toBe("session-invalid");
  expect(await codeOf(client.put({ objectId: "x" }))).toBe("session-invalid");
});

test("a bug behind the door tells the caller nothing of itself", async () => {
  const transport = createRouterTransport((router) =>
    workspaceRoutes(router, () => {
      throw new Error("row 17 holds 42");
    }),
  );
  const call = createClient(WorkspaceService, transport).list({});
  const told = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(problemFromError(told).code).toBe("node-failed");
  expect(JSON.stringify(problemFromError(told)) + String(told)).not.toContain("row 17");
});

/** What the node says to bytes, and what a caller makes of it. */
async function codeOfBytes(bytes: Uint8Array): Promise<string> {
  const router = createConnectRouter();
  workspaceRoutes(router, () => new Workspace());
  const handler = router.handlers.find(({ method }) => method.name === "Fetch")!;
  const reply = await handler({
    httpVersion: "1.1",
    url: `http://node${handler.requestPath}`,
    method: "POST",
    header: new Headers({ "content-type": "application/proto" }),
    body: (async function* () {
      yield bytes;
    })(),
    signal: new AbortController().signal,
  });
  const parts: Uint8Array[] = [];
  for await (const part of reply.body as AsyncIterable<Uint8Array>) parts.push(part);
  const { code, message } = JSON.parse(Buffer.concat(parts).toString("utf8"));
  const codes: Record<string, Code> = { internal: Code.Internal, not_found: Code.NotFound };
  return problemFromError(new ConnectError(message, codes[code])).code;
}

test("bytes that are no message are told to be malformed", async () => {
  expect(await codeOfBytes(Uint8Array.of(0xff, 0xff))).toBe("message-malformed");
  expect(await codeOfBytes(Uint8Array.of(0x0a, 0xff))).toBe("message-malformed");
  expect(await codeOfBytes(Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x07))).toBe("message-malformed");
});
