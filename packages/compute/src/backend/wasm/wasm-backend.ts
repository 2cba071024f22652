// Programs in f32 by the kernels of WebAssembly: wherever a WebAssembly engine with vectors is, Node and browsers alike.
// Every place in memory is found when the program is compiled; a run allocates nothing but its outputs.

import { err, invariant, ok, type Problem, problem, type Result } from "@unseen/base";
import { operations, type Program, type ProgramNode, plainTensor, sizeOf } from "@unseen/program";
import { webAssembly } from "../../ring/web-assembly.ts";
import type { Backend, Compiled } from "../backend.ts";
import { fixedSizes } from "../fixed-sizes.ts";
import { type FloatKernels, openFloatKernels } from "./float-kernels.ts";
import { emptyLayout } from "./layout.ts";
import { lowerings, sameNumbers } from "./lowerings.ts";
import type { Lowered, Placed, Step } from "./steps.ts";
import { numbersOf } from "./unary.ts";

const pageBytes = 65_536;
/** 2 GiB, which every engine gives. */
const mostBytes = 2 ** 31 - pageBytes;

export const wasmBackend: Backend = {
  name: "wasm",
  precision: "float32",
  compile: async (program) => {
    const plan = plannedFor(program);
    if (!plan.ok) return plan;
    const pages = Math.ceil(plan.value.bytes / pageBytes);
    const memory = new webAssembly.Memory({ initial: pages, maximum: pages });
    const floats = new Float32Array(memory.buffer);
    return ok(compiledPlan(program, plan.value, await openFloatKernels(memory), floats));
  },
};

/** Bytes that the program would take, or why it has none: what `compile` says, before anything is taken. */
export function bytesOnWasm(program: Program): Result<number, Problem> {
  const plan = plannedFor(program);
  return plan.ok ? ok(plan.value.bytes) : plan;
}

function plannedFor(program: Program): Result<Plan, Problem> {
  const sizes = fixedSizes(program);
  if (!sizes.ok) return err(sizes.problem);
  const plan = planOf(program, sizes.value);
  if (plan.bytes <= mostBytes) return ok(plan);
  return err(
    problem("program-too-large", "the results on the way do not fit in memory", {
      hint: "take smaller batches",
    }),
  );
}

type Plan = {
  readonly places: readonly Placed[];
  readonly steps: readonly Step[];
  readonly bytes: number;
};

function planOf(program: Program, sizes: readonly (readonly number[])[]): Plan {
  const layout = emptyLayout();
  const homes = homesOf(program);
  const lastUse = lastUses(program, homes);
  const places: Placed[] = [];
  const steps: Step[] = [];
  // Written before the first step, wherever they stand: no step's result may lie there before they are read.
  for (const [at, node] of program.nodes.entries())
    if (node.kind !== "operation")
      places[at] = { at: layout.take(4 * sizeOf(sizes[at]!)), shape: sizes[at]! };
  for (const [at, node] of program.nodes.entries()) {
    const shape = sizes[at]!;
    if (node.kind !== "operation") continue;
    if (homes[at] !== at) {
      const there = { at: places[homes[at]!]!.at, shape };
      places[at] = node.operation === "Transpose" ? { ...there, isTurned: true } : there;
      continue;
    }
    const place = { at: layout.take(4 * sizeOf(shape)), shape };
    places[at] = place;
    const inputs = node.inputs.map((input) => places[input]!);
    const lowered = loweredNode(node, inputs, shape);
    const scratch = layout.take(lowered.scratchBytes);
    steps.push(lowered.step(inputs, place, scratch));
    layout.give(scratch, lowered.scratchBytes);
    for (const home of new Set(node.inputs.map((input) => homes[input]!))) {
      // A constant is written once for all runs, and an input perhaps too.
      if (lastUse[home] !== at || program.nodes[home]!.kind !== "operation") continue;
      layout.give(places[home]!.at, 4 * sizeOf(sizes[home]!));
    }
  }
  return { places, steps, bytes: layout.end };
}

function loweredNode(
  node: Extract<ProgramNode, { kind: "operation" }>,
  inputs: readonly Placed[],
  shape: readonly number[],
): Lowered {
  const shapes = inputs.map((input) => input.shape);
  return lowerings.get(node.operation)?.(shapes, shape, node.attributes) ?? byPlainRule(node);
}

/** By the operation's plain rule in float64, rounded once: slow, and there for every operation. */
function byPlainRule({ operation: name, attributes }: Extract<ProgramNode, { kind: "operation" }>): Lowered {
  const operation = operations.get(name);
  invariant(operation !== undefined, "a program holds allow-listed operations only");
  return {
    scratchBytes: 0,
    step: (inputs, output) => (_kernels, floats) => {
      const values = inputs.map((input) =>
        plainTensor(input.shape, Float64Array.from(numbersOf(floats, input))),
      );
      numbersOf(floats, output).set(operation.plain(values, attributes).data);
    },
  };
}

/** Whose place each node's numbers are in: its own, or that of the node it only looks at in another way. */
function homesOf(program: Program): readonly number[] {
  const homes: number[] = [];
  const readers = readersOf(program);
  for (const [at, node] of program.nodes.entries()) {
    const isSame =
      node.kind === "operation" &&
      (sameNumbers.has(node.operation) || isReadTurned(program, at, readers[at]!));
    homes.push(isSame ? homes[node.inputs[0]!]! : at);
  }
  return homes;
}

/** A matrix that is turned round for products alone is read where it lies: packing does not mind which way. */
function isReadTurned(program: Program, at: number, readers: readonly number[]): boolean {
  const node = program.nodes[at]!;
  if (node.kind !== "operation" || node.operation !== "Transpose") return false;
  const turns = `${node.attributes.perm}`;
  const isMatrix = turns === "1,0" || turns === "0,2,1" || (turns === "" && program.shapes[at]!.length === 2);
  const read = readers.map((reader) => program.nodes[reader]!);
  return (
    isMatrix &&
    !program.outputs.includes(at) &&
    read.every((reader) => reader.kind === "operation" && reader.operation === "MatMul")
  );
}

function readersOf(program: Program): readonly (readonly number[])[] {
  const readers: number[][] = program.nodes.map(() => []);
  for (const [at, node] of program.nodes.entries())
    if (node.kind === "operation") for (const input of node.inputs) readers[input]!.push(at);
  return readers;
}

function lastUses(program: Program, homes: readonly number[]): readonly number[] {
  const last = program.nodes.map((_, at) => at);
  for (const [at, node] of program.nodes.entries())
    if (node.kind === "operation") for (const input of node.inputs) last[homes[input]!] = at;
  for (const output of program.outputs) last[homes[output]!] = program.nodes.length;
  return last;
}

function compiledPlan(
  program: Program,
  { places, steps }: Plan,
  kernels: FloatKernels,
  floats: Float32Array,
): Compiled {
  const inputs = new Map(
    program.nodes.flatMap((node, at) =>
      node.kind === "input" ? [[node.name, numbersOf(floats, places[at]!)] as const] : [],
    ),
  );
  for (const [at, node] of program.nodes.entries())
    if (node.kind === "constant") numbersOf(floats, places[at]!).set(node.value.data);
  const outputs = program.outputs.map((output) => numbersOf(floats, places[output]!));
  return {
    run: async (values) => {
      for (const [name, place] of inputs) {
        const numbers = values.get(name);
        invariant(numbers?.length === place.length, "every input of a program has a value of its size");
        if (numbers !== place) place.set(numbers);
      }
      for (const step of steps) step(kernels, floats);
      return outputs;
    },
    placeOf: (input) => inputs.get(input),
    close: () => {},
  };
}
