import { scalar, sizeOf } from "@unseen/program";
import type { SharesRule } from "../shares-rule.ts";
import { boundsOf, isWhole, shapeOf } from "../values.ts";
import { laidOut } from "./arithmetic.ts";
import { gridOf, placesOf } from "./layout.ts";

/** ScatterAdd at public places: for each number itself, what comes to it, and zeros up to the most that comes to any. Local. */
export const scattering: SharesRule = async (context, [data, indices, updates], attributes) => {
  if (indices!.kind === "secret")
    return context.refuse("ScatterAdd", "at secret places", "multiply by a one-hot matrix instead");
  const moved = [data!, updates!];
  const fractionBits = moved.every(isWhole) ? 0 : gridOf(context.fractionBits, moved);
  const shape = shapeOf(data!);
  const comes = Array.from({ length: sizeOf(shape) }, (): number[] => []);
  for (const [update, place] of placesOf("GatherElements", [shape], attributes, [indices!]).data.entries())
    if (!Number.isNaN(place)) comes[place]!.push(comes.length + update);
  const most = comes.reduce((longest, own) => Math.max(longest, own.length), 0);
  const zero = comes.length + sizeOf(shapeOf(updates!));
  const runs = comes.flatMap((own, place) => [
    place,
    ...own,
    ...new Array<number>(most - own.length).fill(zero),
  ]);
  const [[a, b], [c, d]] = [boundsOf(data!), boundsOf(updates!)];
  const [least, greatest] = [a + most * Math.min(c, 0), b + most * Math.max(d, 0)];
  const fits = context.fits("ScatterAdd", Math.max(Math.abs(least), Math.abs(greatest)), fractionBits);
  if (!fits.ok) return fits;
  const { protocol } = context;
  using itself = laidOut(context, data!, shape, fractionBits);
  using added = laidOut(context, updates!, shapeOf(updates!), fractionBits);
  using nothing = context.asSecret({ kind: "public", value: scalar(0) }, fractionBits).shared;
  using all = protocol.concat([itself, added, nothing]);
  using laid = protocol.gather(all, Uint32Array.from(runs));
  const shared = protocol.sumRuns(laid, most + 1);
  return context.secret("ScatterAdd", { shape, shared, fractionBits, least, greatest });
};
