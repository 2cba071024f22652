// A program on shares. Every party runs it with its own shares of the same inputs; nobody learns a number.

import { err, invariant, ok, type Problem, type Result } from "@unseen/base";
import { operations, type Program } from "@unseen/program";
import type { Protocol } from "../protocol/protocol.ts";
import { notOnShares } from "./not-on-shares.ts";
import { sharesRules } from "./rules/index.ts";
import { SharesContext } from "./shares-context.ts";
import { type SharesValue, shapeOf } from "./values.ts";

/** 16 binary digits after the point: steps of 1.5e-5, products of numbers below 2^15 (CrypTen's and MP-SPDZ's choice). */
export const usualFractionBits = 16;

/**
 * The outputs of the program, in order; the caller frees them, each by itself. Inputs by name, owned by the caller. Operations
 * that do not wait for each other share their rounds. A refusal depends on shapes and ranges alone: `priceOnShares` meets the
 * same before anything is shared. Where it throws, the session is over at every party, and its memory is of no more use.
 */
export async function evaluateOnShares(
  protocol: Protocol,
  program: Program,
  inputs: ReadonlyMap<string, SharesValue>,
  fractionBits = usualFractionBits,
): Promise<Result<readonly SharesValue[], Problem>> {
  const context = new SharesContext(protocol, fractionBits, (inner, given) =>
    evaluateOnShares(protocol, inner, given, fractionBits),
  );
  const uses = usesOf(program);
  const made: (SharesValue | undefined)[] = program.nodes.map(() => undefined);
  const letGo = (node: number) => {
    uses[node]! -= 1;
    const value = made[node];
    if (uses[node] === 0 && value?.kind === "secret" && program.nodes[node]!.kind === "operation")
      value.shared[Symbol.dispose]();
  };
  const results: Promise<Result<SharesValue, Problem>>[] = [];
  for (const [at, node] of program.nodes.entries()) {
    results.push(
      (async () => {
        if (node.kind === "constant") return ok({ kind: "public", value: node.value } as const);
        if (node.kind === "input") return inputNamed(node.name, node.shape, inputs);
        const read: SharesValue[] = [];
        let refused: Result<SharesValue, Problem> | undefined;
        for (const input of node.inputs) {
          const value = await results[input]!;
          if (value.ok) read.push(value.value);
          else refused ??= value;
        }
        if (refused !== undefined) return refused;
        const value = await applyOperation(context, node.operation, read, node.attributes);
        if (value.ok) made[at] = value.value;
        for (const input of node.inputs) letGo(input);
        return value;
      })(),
    );
  }
  const all = await finished(protocol, results);
  const refused = all.find((result) => !result.ok);
  const kept = new Set(refused === undefined ? program.outputs : []);
  for (const [node, value] of made.entries())
    if (value?.kind === "secret" && !kept.has(node)) value.shared[Symbol.dispose]();
  if (refused !== undefined && !refused.ok) return err(refused.problem);
  const given = new Set<number>();
  return ok(
    program.outputs.map((output) => {
      const result = all[output]!;
      invariant(result.ok, "a program that was not refused has its results");
      const { value } = result;
      const isNew = program.nodes[output]!.kind === "operation" && !given.has(output);
      given.add(output);
      return isNew || value.kind === "public" ? value : { ...value, shared: protocol.copy(value.shared) };
    }),
  );
}

/** A party that cannot go on, with too little memory for one, tells the others, who would wait for it. */
async function finished<T>(protocol: Protocol, results: readonly Promise<T>[]): Promise<readonly T[]> {
  try {
    return await Promise.all(results);
  } catch (why) {
    protocol.session.close("a party could not go on");
    throw why;
  }
}

export async function applyOperation(
  context: SharesContext,
  name: string,
  inputs: readonly SharesValue[],
  attributes: Parameters<NonNullable<ReturnType<(typeof sharesRules)["get"]>>>[2],
): Promise<Result<SharesValue, Problem>> {
  if (inputs.every((input) => input.kind === "public")) {
    const value = operations.get(name)!.plain(
      inputs.map((input) => input.value),
      attributes,
    );
    return ok({ kind: "public", value });
  }
  const rule = sharesRules.get(name);
  if (rule !== undefined) return rule(context, inputs, attributes);
  return context.refuse(name, notOnShares.get(name) ?? "of secrets");
}

function inputNamed(
  name: string,
  shape: readonly unknown[],
  inputs: ReadonlyMap<string, SharesValue>,
): Result<SharesValue, Problem> {
  const value = inputs.get(name);
  if (value === undefined)
    return err({
      code: "input-unknown",
      message: `the program reads ${JSON.stringify(name)}, which nobody shared`,
    });
  const given = shapeOf(value);
  const fits =
    given.length === shape.length &&
    given.every((size, axis) => shape[axis] === "rows" || shape[axis] === size);
  return fits
    ? ok(value)
    : err({
        code: "shapes-do-not-fit",
        message: `${JSON.stringify(name)} was shared with another shape than the program says`,
      });
}

/** How often each result is read; an output is read once more, by the caller. */
function usesOf(program: Program): number[] {
  const uses = program.nodes.map(() => 0);
  for (const output of program.outputs) uses[output]!++;
  for (const node of program.nodes)
    if (node.kind === "operation") for (const input of node.inputs) uses[input]!++;
  return uses;
}
