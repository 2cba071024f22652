// Softmax and its logarithm along one axis: numbers are laid out so that what is compared stands together.

import { ok } from "@unseen/base";
import { operations, sizeOf } from "@unseen/program";
import { endOfRuns } from "../../functions/greatest-of-runs.ts";
import { softmax } from "../../functions/softmax.ts";
import type { SharesRule } from "../shares-rule.ts";
import { bitsFor, type SecretTensor } from "../values.ts";
import { adding } from "./arithmetic.ts";
import { sumOver } from "./reductions.ts";
import { smooth } from "./smooth.ts";

export const softmaxRule: SharesRule = async (context, [x], attributes) => {
  const secret = x as SecretTensor;
  if (sizeOf(secret.shape) === 0) return context.refuse("Softmax", "of nothing");
  const { run, there, back } = runsAlong(secret.shape, attributes.axis as number);
  const fixed = context.format("Softmax", [secret.least, secret.greatest, 1]);
  if (!fixed.ok) return fixed;
  const { protocol, fractionBits } = context;
  using refined = context.refined(secret, fractionBits);
  using laid = protocol.gather(refined, there);
  using shares = await softmax(protocol, laid, run, fixed.value);
  const shared = protocol.gather(shares, back);
  return context.secret("Softmax", { shape: secret.shape, shared, fractionBits, least: 0, greatest: 1 });
};

/** x less its greatest, less the logarithm of the sum of powers, which is at least 1 and at most as large as the run is long. */
export const logSoftmaxRule: SharesRule = async (context, [x], attributes) => {
  const secret = x as SecretTensor;
  if (sizeOf(secret.shape) === 0) return context.refuse("LogSoftmax", "of nothing");
  const { run, there, back } = runsAlong(secret.shape, attributes.axis as number);
  const runs = sizeOf(secret.shape) / run;
  const apart = secret.greatest - secret.least;
  const fits = context.fits("LogSoftmax", apart, secret.fractionBits);
  if (!fits.ok) return fits;
  const { protocol } = context;
  using laid = protocol.gather(secret.shared, there);
  const width = bitsFor(apart, secret.fractionBits);
  using greatest = await endOfRuns(protocol, "greatest", laid, run, width);
  const owner = Uint32Array.from({ length: laid.length }, (_, at) => Math.floor(at / run));
  using greatestEach = protocol.gather(greatest, owner);
  using shared = protocol.sub(laid, greatestEach);
  const shape = [runs, run];
  const below: SecretTensor = { ...secret, shape, shared, least: -apart, greatest: 0 };
  const powers = await smooth("Exp")(context, [below], {});
  if (!powers.ok) return powers;
  const sums = sumOver(context, "LogSoftmax", powers.value as SecretTensor, { axes: [1], keepdims: 1 });
  (powers.value as SecretTensor).shared[Symbol.dispose]();
  if (!sums.ok) return sums;
  // The greatest's own power is 1, less what approximation takes off it.
  const bounded = { ...sums.value, least: 0.5, greatest: run + 1 };
  const logarithms = await smooth("Log")(context, [bounded], {});
  bounded.shared[Symbol.dispose]();
  if (!logarithms.ok) return logarithms;
  const result = await adding("Sub")(context, [below, logarithms.value], {});
  (logarithms.value as SecretTensor).shared[Symbol.dispose]();
  if (!result.ok) return result;
  const { shared: inRuns, ...rest } = result.value as SecretTensor;
  const turned = protocol.gather(inRuns, back);
  inRuns[Symbol.dispose]();
  return ok({ ...rest, shape: secret.shape, shared: turned });
};

/** The places with which numbers along an axis stand together, and those that put them back. */
function runsAlong(shape: readonly number[], axis: number) {
  const last = axis < 0 ? axis + shape.length : axis;
  const order = shape.map((_, at) => at).filter((at) => at !== last);
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, at) => at);
  const turned = operations.get("Transpose")!.plain([{ shape, data }], { perm: [...order, last] });
  const there = Uint32Array.from(turned.data);
  const back = new Uint32Array(there.length);
  for (const [at, place] of there.entries()) back[place] = at;
  return { run: shape[last]!, there, back };
}
