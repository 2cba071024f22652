// The greatest and least over axes, and where the greatest stands: a tree of comparisons.

import { operations, type PlainTensor, sizeOf } from "@unseen/program";
import { endOfRuns, placeOfEnd } from "../../functions/greatest-of-runs.ts";
import type { SharesRule } from "../shares-rule.ts";
import { bitsFor, type SecretTensor } from "../values.ts";
import { commonShape } from "./arithmetic.ts";
import { runsOf } from "./reductions.ts";

export function endOverAxes(name: "ReduceMax" | "ReduceMin"): SharesRule {
  return async (context, [x], attributes) => {
    const secret = x as SecretTensor;
    const shape = commonShape(name, [secret], attributes);
    if (!shape.ok) return shape;
    const groups = sizeOf(shape.value);
    if (sizeOf(secret.shape) === 0) return context.refuse(name, "of nothing");
    const width = bitsFor(secret.greatest - secret.least, secret.fractionBits);
    using runs = context.protocol.gather(secret.shared, runsOf(secret.shape, attributes, groups));
    const end = name === "ReduceMax" ? "greatest" : "least";
    const run = sizeOf(secret.shape) / groups;
    const shared = await endOfRuns(context.protocol, end, runs, run, width);
    return context.secret(name, { ...secret, shape: shape.value, shared });
  };
}

export const placeOfGreatest: SharesRule = async (context, [x], attributes) => {
  const secret = x as SecretTensor;
  const shape = commonShape("ArgMax", [secret], attributes);
  if (!shape.ok) return shape;
  const rank = secret.shape.length;
  const axis =
    (attributes.axis as number) < 0 ? (attributes.axis as number) + rank : (attributes.axis as number);
  const run = secret.shape[axis]!;
  if (sizeOf(secret.shape) === 0) return context.refuse("ArgMax", "of nothing");
  const order = secret.shape.map((_, at) => at).filter((at) => at !== axis);
  const numbered: PlainTensor = {
    shape: secret.shape,
    data: Float64Array.from({ length: sizeOf(secret.shape) }, (_, at) => at),
  };
  const turned = operations.get("Transpose")!.plain([numbered], { perm: [...order, axis] });
  using runs = context.protocol.gather(secret.shared, Uint32Array.from(turned.data));
  const width = bitsFor(secret.greatest - secret.least, secret.fractionBits);
  const shared = await placeOfEnd(context.protocol, "greatest", runs, run, width);
  return context.secret("ArgMax", {
    shape: shape.value,
    shared,
    fractionBits: 0,
    least: 0,
    greatest: run - 1,
  });
};
