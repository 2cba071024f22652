// Operations that only move elements: the result's element `at` is the input's element `places[at]`.

import type { PlainTensor } from "../tensor/plain-tensor.ts";
import { rowIntervals, rowsFacts } from "./bounds.ts";
import type { Facts, RowsFacts } from "./operation.ts";

export type Rearrangement = { readonly shape: readonly number[]; readonly places: Int32Array };

export function rearrange(x: PlainTensor, { shape, places }: Rearrangement): PlainTensor {
  const data = new Float64Array(places.length);
  for (let at = 0; at < data.length; at++) data[at] = x.data[places[at]!]!;
  return { shape, data };
}

/** Moves the bounds as the elements move. A row stays one-hot only if no element is taken twice. */
export function rearrangeFacts(x: Facts, { shape, places }: Rearrangement): RowsFacts {
  const row = rowIntervals(x);
  const isRows = x.kind === "rows";
  return rowsFacts(
    shape,
    Float64Array.from(places, (place) => row.lo[place]!),
    Float64Array.from(places, (place) => row.hi[place]!),
    [x],
    { oneHot: isRows && x.oneHot && new Set(places).size === places.length, integral: isRows && x.integral },
  );
}
