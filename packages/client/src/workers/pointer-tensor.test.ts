import { createClient, createRouterTransport } from "@connectrpc/connect";
import { Workspace } from "@unseen/compute";
import { WorkspaceService, workspaceRoutes } from "@unseen/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { callNode } from "../refusals/node-call.ts";
import { type Tensor, tensor } from "../tensors/tensor.ts";
import type { PointerTensor } from "./pointer-tensor.ts";
import { VirtualWorker } from "./virtual-worker.ts";
import { RemoteWorker } from "./worker.ts";

const printed = /^\(Wrapper\)>\[PointerTensor \| me:\d{11} -> May Clinic:\d{11}\]$/;

test("a tensor is sent, worked on where it is, and fetched, as on the slide", async () => {
  const clinic = new VirtualWorker({ id: "May Clinic" });
  const x = await tensor([1, 3, 4, 5]).send(clinic);
  expect(String(x)).toMatch(printed);
  const y = x.add(x);
  expect(String(y)).toMatch(printed);
  expect(y.shape).toEqual([4]);
  expect(String(await y.get())).toBe("tensor([ 2, 6, 8, 10 ])");
  expect(String(await x.abs().get())).toBe("tensor([ 1, 3, 4, 5 ])");
});

test("get copies: the worker keeps its object", async () => {
  const clinic = new VirtualWorker({ id: "May Clinic" });
  const x = await tensor([1, 3]).send(clinic);
  await x.get();
  expect(String(await x.get())).toBe("tensor([ 1, 3 ])");
  expect(await clinic.list()).toEqual([x.idAtLocation]);
});

test("what has been recorded is not kept at the worker unless it is asked to be", async () => {
  const clinic = new VirtualWorker({ id: "May Clinic" });
  const x = await tensor([1, 3]).send(clinic);
  const y = x.mul(2);
  await y.get();
  expect(await clinic.list()).toEqual([x.idAtLocation]);
  await expect(y.delete()).rejects.toMatchObject({ code: "object-unknown" });
  await y.keep();
  expect((await clinic.list()).toSorted()).toEqual([x.idAtLocation, y.idAtLocation].toSorted());
  await x.delete();
  expect((await y.add(1).get()).toNested()).toEqual([3, 7]);
});

test("only what was deleted is gone, and asking for it is refused with a code", async () => {
  const clinic = new VirtualWorker({ id: "May Clinic" });
  const [x, other] = [await tensor([1]).send(clinic), await tensor([2]).send(clinic)];
  const later = x.add(1);
  await x.delete();
  await expect(x.get()).rejects.toMatchObject({ name: "AskRefused", code: "object-unknown" });
  await expect(later.get()).rejects.toMatchObject({ code: "object-unknown" });
  expect((await other.get()).toNested()).toEqual([2]);
});

test("tensors of two workers are refused in one operation, in words that name both", async () => {
  const x = await tensor([1]).send(new VirtualWorker({ id: "Alice" }));
  const y = await tensor([1]).send(new VirtualWorker({ id: "Bob" }));
  expect(() => x.add(y)).toThrow(/at Alice and the other at Bob/);
  expect(() => x.add(tensor([1]) as unknown as PointerTensor)).toThrow(
    expect.objectContaining({ code: "program-malformed" }),
  );
});

test("what does not fit, or is not finite, is refused before anything travels", async () => {
  const x = await tensor([1, 2]).send(new VirtualWorker({ id: "Alice" }));
  expect(() => x.add([1, 2, 3])).toThrow(expect.objectContaining({ code: "shapes-do-not-fit" }));
  expect(() => x.mul(Number.NaN)).toThrow(expect.objectContaining({ code: "constant-not-finite" }));
});

test("operations travel as one program in one message", async () => {
  const workspace = new Workspace();
  const transport = createRouterTransport((router) => workspaceRoutes(router, () => workspace));
  const client = createClient(WorkspaceService, transport);
  const calls: string[] = [];
  const counted = new Proxy(client, {
    get(target, name: keyof typeof client) {
      calls.push(name);
      return target[name];
    },
  });
  const worker = new RemoteWorker("w", {
    call: (send) => callNode("w", 1_000, (options) => send(counted, options)),
  });
  const x = await tensor([1, 2]).send(worker);
  await x.add(x).mul(3).sum().get();
  expect(calls).toEqual(["put", "run"]);
});

type Step = (x: Tensor | PointerTensor, y: Tensor | PointerTensor) => Tensor | PointerTensor;

/** Any method, called alike on both kinds: that they take the same words is part of what is tested. */
function call(method: string, ...rest: readonly unknown[]): (x: object) => Tensor | PointerTensor {
  return (x) =>
    (x as Record<string, (...all: readonly unknown[]) => Tensor | PointerTensor>)[method]!(...rest);
}

const unary = [
  "neg",
  "abs",
  "sign",
  "exp",
  "sqrt",
  "log",
  "reciprocal",
  "relu",
  "sigmoid",
  "tanh",
  "acos",
  "round",
  "not",
  "erf",
  "gelu",
  "softmax",
  "logSoftmax",
];
const binary = ["add", "sub", "mul", "div", "pow", "minimum", "maximum", "greater", "equal", "xor"];
const imageKernel = [[[[2]]]];
const constants = fc.double({ min: -10, max: 10, noNaN: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom(...unary).map(
    (name): Step =>
      (x) =>
        call(name)(x),
  ),
  fc.constantFrom(...binary).map(
    (name): Step =>
      (x, y) =>
        call(name, y)(x),
  ),
  fc.tuple(fc.constantFrom(...binary), constants).map(
    ([name, by]): Step =>
      (x) =>
        call(name, by)(x),
  ),
  fc.constant<Step>((x) => call("cumSum", 1)(x)),
  fc.constant<Step>((x) => call("clip", -2, 2)(x)),
  fc.constant<Step>((x) => call("correlation")(x)),
  fc.constant<Step>((x) => call("argSort", { descending: true })(x)),
  fc.constant<Step>((x) => call("topK", 3)(x)),
  fc.constant<Step>((x, y) => call("where", x, y)(x)),
  fc.constant<Step>((x) => call("layerNormalization", [1, 2, 3], [0, 1, 0])(x)),
  fc.constant<Step>((x, y) => call("gemm", y, [1, 2, 3], { transB: true })(x)),
  fc.constant<Step>((x) =>
    call("reshape", [3, 3])(call("conv", imageKernel, [1])(call("reshape", [1, 1, 3, 3])(x))),
  ),
  fc.constant<Step>((x) =>
    call("reshape", [3, 3])(call("convTranspose", imageKernel)(call("reshape", [1, 1, 3, 3])(x))),
  ),
  fc.constantFrom("maxPool", "maxPoolIndices", "averagePool").map(
    (name): Step =>
      (x) =>
        call(
          "reshape",
          [3, 3],
        )(call(name, [3, 1], { strides: [1, 1], pads: [1, 0, 1, 0] })(call("reshape", [1, 1, 3, 3])(x))),
  ),
  fc.constant<Step>((x) => call("expand", [3, 3])(call("slice", 0, 1)(x))),
  fc.constant<Step>((x, y) => call("gatherElements", call("argSort")(y), 1)(x)),
  fc.constant<Step>((x, y) => call("scatterAdd", call("argSort")(y), y, 1)(x)),
  fc.constant<Step>((x) => call("matmul", call("transpose")(x))(x)),
);
const square = fc.array(fc.array(constants, { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 3 });

test("a random program gives the same numbers here and at a worker, bit by bit", async () => {
  const worker = new VirtualWorker({ id: "w" });
  await fc.assert(
    fc.asyncProperty(square, square, fc.array(step, { maxLength: 8 }), async (a, b, steps) => {
      const [x, y] = [await tensor(a).send(worker), await tensor(b).send(worker)];
      const there = steps.reduce(
        (value, next) => next(value, y),
        x as Tensor | PointerTensor,
      ) as PointerTensor;
      const here = steps.reduce(
        (value, next) => next(value, tensor(b)),
        tensor(a) as Tensor | PointerTensor,
      ) as Tensor;
      const fetched = await there.get();
      expect(there.shape).toEqual(here.shape);
      expect(fetched.shape).toEqual(here.shape);
      expect(fetched.data).toEqual(here.data);
      await x.delete();
      await y.delete();
    }),
    { numRuns: 200 },
  );
});
