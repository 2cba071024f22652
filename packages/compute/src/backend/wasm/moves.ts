// Numbers laid out anew: axes turned, and places that are numbers themselves.

import { aroundAxis, sizeOf, stridesOf } from "@unseen/program";
import { type Lowering, noScratch } from "./steps.ts";
import { numbersOf } from "./unary.ts";

/** Axes that stay last move as one block, and two neighbours that change places are one call. */
export const transpose: Lowering = ([x], output, { perm }) => {
  const named = perm as readonly number[];
  const order = named.length === 0 ? [...x!.keys()].reverse() : named;
  const exchanged = exchangeOf(x!, order);
  if (exchanged !== undefined) {
    const { blocks, first, second, inner } = exchanged;
    return noScratch(
      ([source], out) =>
        (kernels) =>
          kernels.exchange(source!.at, blocks, first, second, inner, out.at),
    );
  }
  let kept = 0;
  while (kept < order.length && order.at(-1 - kept) === order.length - 1 - kept) kept += 1;
  const block = sizeOf(x!.slice(x!.length - kept));
  const outer = output.slice(0, output.length - kept);
  const from = stridesOf(x!);
  const strides = outer.map((_, axis) => from[order[axis]!]!);
  // The last of these axes is gone through in one loop.
  const [line = 1, lineStride = 0] = [outer.pop(), strides.pop()];
  const lines = sizeOf(outer);
  return noScratch(([source], out) => (_kernels, floats) => {
    const [read, written] = [numbersOf(floats, source!), numbersOf(floats, out)];
    const index = outer.map(() => 0);
    let place = 0;
    let to = 0;
    for (let at = 0; at < lines; at++) {
      for (let step = 0, here = place; step < line; step++, here += lineStride, to += block) {
        if (block >= 16) written.set(read.subarray(here, here + block), to);
        else for (let i = 0; i < block; i++) written[to + i] = read[here + i]!;
      }
      for (let axis = outer.length - 1; axis >= 0; axis--) {
        index[axis]! += 1;
        place += strides[axis]!;
        if (index[axis]! < outer[axis]!) break;
        place -= strides[axis]! * outer[axis]!;
        index[axis] = 0;
      }
    }
  });
};

/** Where two runs of neighbouring axes change places and the others stay. */
function exchangeOf(shape: readonly number[], order: readonly number[]) {
  const from = order.findIndex((axis, at) => axis !== at);
  if (from < 0) return undefined;
  const cut = order[from]!;
  const to = order.indexOf(from) + (cut - from);
  const turned = [...shape.keys()];
  turned.splice(from, to - from, ...range(cut, to), ...range(from, cut));
  if (!turned.every((axis, at) => axis === order[at])) return undefined;
  return {
    blocks: sizeOf(shape.slice(0, from)),
    first: sizeOf(shape.slice(from, cut)),
    second: sizeOf(shape.slice(cut, to)),
    inner: sizeOf(shape.slice(to)),
  };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

/** Every `step`-th from `start` on along the axis; `count` of them. */
export const slice: Lowering = ([x], output, { axis, start, step }) => {
  const along = (axis as number) < 0 ? (axis as number) + x!.length : (axis as number);
  const { outer, size, inner } = aroundAxis(x!, along);
  const count = output[along]!;
  const signed = start as number;
  const first = Math.min(Math.max(signed < 0 ? signed + size : signed, 0), size);
  return noScratch(([source], out) => (_kernels, floats) => {
    const [read, written] = [numbersOf(floats, source!), numbersOf(floats, out)];
    for (let block = 0, to = 0; block < outer; block++)
      for (let at = 0; at < count; at++, to += inner) {
        const here = (block * size + first + at * (step as number)) * inner;
        written.set(read.subarray(here, here + inner), to);
      }
  });
};

export const concat: Lowering = (inputs, output, { axis }) => {
  const along = (axis as number) < 0 ? (axis as number) + output.length : (axis as number);
  const blocks = inputs.map((shape) => sizeOf(shape.slice(along)));
  const outer = sizeOf(output.slice(0, along));
  return noScratch((sources, out) => (_kernels, floats) => {
    const read = sources.map((source) => numbersOf(floats, source));
    const written = numbersOf(floats, out);
    for (let block = 0, to = 0; block < outer; block++)
      for (const [at, length] of blocks.entries()) {
        written.set(read[at]!.subarray(block * length, (block + 1) * length), to);
        to += length;
      }
  });
};

/** One list of places along one axis; NaN where a place is not in the axis. */
export const gather: Lowering = ([x, indices], _output, { axis }) => {
  const along = (axis as number) < 0 ? (axis as number) + x!.length : (axis as number);
  const { outer, size, inner } = aroundAxis(x!, along);
  const count = indices![0]!;
  const fours = Math.floor(count / 4);
  return {
    scratchBytes: 4 * count + fours,
    step: ([source, list], out, scratchAt) => {
      return (kernels, floats) => {
        const places = new Int32Array(floats.buffer, scratchAt, count);
        const named = numbersOf(floats, list!);
        for (let at = 0; at < count; at++) {
          const index = named[at]!;
          const isInside = Number.isInteger(index) && index >= -size && index < size;
          places[at] = isInside ? (index < 0 ? index + size : index) : -1;
        }
        if (inner > 1) {
          kernels.gather(source!.at, outer, size, inner, scratchAt, count, out.at);
          return;
        }
        const stepsAt = scratchAt + 4 * count;
        const steps = new Uint8Array(floats.buffer, stepsAt, fours);
        for (let four = 0; four < fours; four++) steps[four] = stepOf(places, 4 * four);
        kernels.gatherFours(source!.at, outer, size, scratchAt, stepsAt, count, out.at);
      };
    },
  };
};

/** 1 or 2 where four places are so far apart, else 0. */
function stepOf(places: Int32Array, at: number): number {
  const first = places[at]!;
  const step = places[at + 1]! - first;
  const isEven = places[at + 2] === first + 2 * step && places[at + 3] === first + 3 * step;
  return first >= 0 && isEven && (step === 1 || step === 2) ? step : 0;
}

/** What stands along the axis at the places named; NaN where a place is not in the axis. */
export const gatherElements: Lowering = ([data, indices], _output, { axis }) => {
  const placeOf = placesAlong(data!, indices!, axis as number);
  return noScratch(([source, places], out) => (_kernels, floats) => {
    const [read, index, written] = [source!, places!, out].map((each) => numbersOf(floats, each)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    for (let at = 0; at < index.length; at++) {
      const place = placeOf(at, index[at]!);
      written[at] = place < 0 ? Number.NaN : read[place]!;
    }
  });
};

/** Updates added up at the places named along the axis; one that is not in the axis takes nothing. */
export const scatterAdd: Lowering = ([data, indices], _output, { axis }) => {
  const placeOf = placesAlong(data!, indices!, axis as number);
  const along = (axis as number) < 0 ? (axis as number) + data!.length : (axis as number);
  const each = indices![along]!;
  const { outer, size, inner } = aroundAxis(data!, along);
  // Lines that lie one after the other, and as many of them in both.
  const isByLines = inner === 1 && sizeOf(indices!) === outer * each;
  return noScratch(([source, places, updates], out) => (kernels, floats) => {
    if (isByLines) {
      numbersOf(floats, out).set(numbersOf(floats, source!));
      kernels.scatterAdd(places!.at, updates!.at, outer, each, size, out.at);
      return;
    }
    const written = numbersOf(floats, out);
    written.set(numbersOf(floats, source!));
    const [index, added] = [numbersOf(floats, places!), numbersOf(floats, updates!)];
    for (let at = 0; at < index.length; at++) {
      const place = placeOf(at, index[at]!);
      if (place >= 0) written[place]! += added[at]!;
    }
  });
};

/** The place of an index in `data`, or -1. */
function placesAlong(
  data: readonly number[],
  indices: readonly number[],
  axis: number,
): (at: number, index: number) => number {
  const along = axis < 0 ? axis + data.length : axis;
  const { size, inner } = aroundAxis(data, along);
  const lines = indices[along]! * inner;
  return (at, index) => {
    if (!Number.isInteger(index) || index < -size || index >= size) return -1;
    const step = index < 0 ? index + size : index;
    return (Math.floor(at / lines) * size + step) * inner + (at % inner);
  };
}
