import { err, ok, type Problem, type Result } from "@unseen/base";
import { doesNotFit } from "../shape/shape.ts";
import type { PlainTensor } from "../tensor/plain-tensor.ts";
import type { NestedNumbers } from "./tensor-methods.ts";

/** Reads numbers in nested lists as a tensor. Lists of unequal length are refused. */
export function tensorOf(nested: NestedNumbers): Result<PlainTensor, Problem> {
  const shape: number[] = [];
  for (let inner: NestedNumbers | undefined = nested; typeof inner === "object"; inner = inner[0])
    shape.push(inner.length);
  const numbers: number[] = [];
  const isEven = collect(nested, shape, 0, numbers);
  if (!isEven) return err(doesNotFit("the lists of numbers are not all of one length and depth"));
  return ok({ shape, data: Float64Array.from(numbers) });
}

function collect(nested: NestedNumbers, shape: readonly number[], depth: number, into: number[]): boolean {
  if (typeof nested === "number") {
    into.push(nested);
    return depth === shape.length;
  }
  return (
    depth < shape.length &&
    nested.length === shape[depth] &&
    nested.every((inner) => collect(inner, shape, depth + 1, into))
  );
}

/** The nested lists that a tensor stands for; a single number for a tensor without axes. */
export function nestedOf({ shape, data }: PlainTensor): NestedNumbers {
  const build = (depth: number, from: number, size: number): NestedNumbers => {
    if (depth === shape.length) return data[from]!;
    const length = shape[depth]!;
    const step = length === 0 ? 0 : size / length;
    return Array.from({ length }, (_, at) => build(depth + 1, from + at * step, step));
  };
  return build(0, 0, data.length);
}
