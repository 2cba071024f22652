// Operations that only move elements. Where each element comes from is read off the plain rule itself, run on places.

import { ok } from "@unseen/base";
import { type Attributes, operations, type PlainTensor, sizeOf } from "@unseen/program";
import type { SharesRule } from "../shares-rule.ts";
import { boundsOf, isWhole, type SecretTensor, type SharesValue, shapeOf } from "../values.ts";

/**
 * Reshape, Transpose, Slice, Expand, and with public indices Gather and GatherElements: the first input is what moves, the
 * others say where to.
 */
export function moving(name: string): SharesRule {
  return async (context, [x, ...others], attributes) => {
    if (others.some(({ kind }) => kind === "secret"))
      return context.refuse(name, "at secret places", "multiply by a one-hot matrix instead");
    const secret = x as SecretTensor;
    const moved = placesOf(name, [secret.shape], attributes, others);
    const shared = context.protocol.gather(secret.shared, Uint32Array.from(moved.data));
    return ok({ ...secret, shape: moved.shape, shared });
  };
}

/** Concat: secret and public parts on one grid. */
export const joining: SharesRule = async (context, inputs, attributes) => {
  const fractionBits = inputs.every(isWhole) ? 0 : gridOf(context.fractionBits, inputs);
  const moved = placesOf("Concat", inputs.map(shapeOf), attributes, []);
  const parts = inputs.map((input) => {
    if (input.kind === "public") return context.asSecret(input, fractionBits).shared;
    return context.refined(input, fractionBits);
  });
  const all = context.protocol.concat(parts);
  for (const part of parts) part[Symbol.dispose]();
  using joined = all;
  const shared = context.protocol.gather(joined, Uint32Array.from(moved.data));
  const ends = inputs.map(boundsOf);
  return context.secret("Concat", {
    shape: moved.shape,
    shared,
    fractionBits,
    least: Math.min(...ends.map(([least]) => least)),
    greatest: Math.max(...ends.map(([, greatest]) => greatest)),
  });
};

export function gridOf(fractionBits: number, inputs: readonly SharesValue[]): number {
  return inputs.reduce(
    (most, input) => (input.kind === "secret" ? Math.max(most, input.fractionBits) : most),
    fractionBits,
  );
}

/** The plain rule on tensors that hold their own places, counted on through all of them. */
export function placesOf(
  name: string,
  shapes: readonly (readonly number[])[],
  attributes: Attributes,
  others: readonly SharesValue[],
): PlainTensor {
  let from = 0;
  const numbered = shapes.map((shape): PlainTensor => {
    const size = sizeOf(shape);
    const data = Float64Array.from({ length: size }, (_, at) => from + at);
    from += size;
    return { shape, data };
  });
  const publics = others.map((other) => (other as Extract<SharesValue, { kind: "public" }>).value);
  return operations.get(name)!.plain([...numbered, ...publics], attributes);
}
