// Choosing, summing along an axis, and laying numbers out anew, on columns of f32. Lengths are in elements.

import { add } from "./pairs";

/** out = x where the condition is not zero, y elsewhere. A step is 4 bytes an element, or 0 for one number that serves all. */
export function choose(
  condition: usize,
  conditionStep: usize,
  x: usize,
  xStep: usize,
  y: usize,
  yStep: usize,
  out: usize,
  length: usize,
): void {
  if (conditionStep === 0) {
    const isSo = load<f32>(condition) !== 0;
    spread(isSo ? x : y, isSo ? xStep : yStep, out, length);
    return;
  }
  const end = out + ((length & ~3) << 2);
  const xOne = v128.load32_splat(x);
  const yOne = v128.load32_splat(y);
  while (out < end) {
    const isSo = f32x4.ne(v128.load(condition), f32x4.splat(0));
    const xs = xStep === 0 ? xOne : v128.load(x);
    const ys = yStep === 0 ? yOne : v128.load(y);
    v128.store(out, v128.bitselect(xs, ys, isSo));
    condition += 16;
    x += xStep << 2;
    y += yStep << 2;
    out += 16;
  }
  const last = end + ((length & 3) << 2);
  for (; out < last; out += 4) {
    store<f32>(out, load<f32>(condition) !== 0 ? load<f32>(x) : load<f32>(y));
    condition += 4;
    x += xStep;
    y += yStep;
  }
}

/** out = a, or one number in all places. */
function spread(a: usize, step: usize, out: usize, length: usize): void {
  if (step !== 0) {
    memory.copy(out, a, length << 2);
    return;
  }
  const one = load<f32>(a);
  for (let i: usize = 0; i < length; i++) store<f32>(out + (i << 2), one);
}

/** out[o, i] = the sum over s of a[o, s, i], each in an order that only `size` and `inner` decide. */
export function sumAxis(a: usize, outer: usize, size: usize, inner: usize, out: usize): void {
  if (inner === 1) {
    for (let o: usize = 0; o < outer; o++) {
      store<f32>(out + (o << 2), sumOf(a, size));
      a += size << 2;
    }
    return;
  }
  memory.fill(out, 0, (outer * inner) << 2);
  for (let o: usize = 0; o < outer; o++) {
    const to = out + ((o * inner) << 2);
    let from = a + ((o * size * inner) << 2);
    for (let s: usize = 0; s < size; s++) {
      if (inner < 4) {
        for (let i: usize = 0; i < inner; i++)
          store<f32>(to + (i << 2), load<f32>(to + (i << 2)) + load<f32>(from + (i << 2)));
      } else add(to, 4, from, 4, to, inner);
      from += inner << 2;
    }
  }
}

/** Eight sums side by side, then one after the other. */
function sumOf(a: usize, length: usize): f32 {
  let left = f32x4.splat(0);
  let right = f32x4.splat(0);
  const end = a + ((length & ~7) << 2);
  while (a < end) {
    left = f32x4.add(left, v128.load(a));
    right = f32x4.add(right, v128.load(a, 16));
    a += 32;
  }
  const both = f32x4.add(left, right);
  let sum: f32 =
    f32x4.extract_lane(both, 0) +
    f32x4.extract_lane(both, 1) +
    f32x4.extract_lane(both, 2) +
    f32x4.extract_lane(both, 3);
  const last = end + ((length & 7) << 2);
  for (; a < last; a += 4) sum += load<f32>(a);
  return sum;
}

/** out[o, s, i] = a[o, i], for each s. */
export function spreadAxis(a: usize, outer: usize, size: usize, inner: usize, out: usize): void {
  let to = out;
  for (let o: usize = 0; o < outer; o++) {
    const from = a + ((o * inner) << 2);
    for (let s: usize = 0; s < size; s++) {
      if (inner === 1) store<f32>(to, load<f32>(from));
      else memory.copy(to, from, inner << 2);
      to += inner << 2;
    }
  }
}

/** out[j, i] = a[i, j] for rows by columns. */
function transpose(a: usize, rows: usize, columns: usize, out: usize): void {
  const line = columns << 2;
  const turned = rows << 2;
  const wholeRows = rows & ~3;
  const wholeColumns = columns & ~3;
  for (let i: usize = 0; i < wholeRows; i += 4) {
    let from = a + i * line;
    let to = out + (i << 2);
    for (let j: usize = 0; j < wholeColumns; j += 4) {
      const one = v128.load(from);
      const two = v128.load(from + line);
      const three = v128.load(from + 2 * line);
      const four = v128.load(from + 3 * line);
      const firstPairs = v128.shuffle<f32>(one, two, 0, 4, 1, 5);
      const lastPairs = v128.shuffle<f32>(one, two, 2, 6, 3, 7);
      const firstOthers = v128.shuffle<f32>(three, four, 0, 4, 1, 5);
      const lastOthers = v128.shuffle<f32>(three, four, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(firstPairs, firstOthers, 0, 1, 4, 5));
      v128.store(to + turned, v128.shuffle<f32>(firstPairs, firstOthers, 2, 3, 6, 7));
      v128.store(to + 2 * turned, v128.shuffle<f32>(lastPairs, lastOthers, 0, 1, 4, 5));
      v128.store(to + 3 * turned, v128.shuffle<f32>(lastPairs, lastOthers, 2, 3, 6, 7));
      from += 16;
      to += 4 * turned;
    }
  }
  for (let i: usize = 0; i < rows; i++)
    for (let j: usize = i < wholeRows ? wholeColumns : 0; j < columns; j++)
      store<f32>(out + j * turned + (i << 2), load<f32>(a + i * line + (j << 2)));
}

/** out[b, j, i] = a[b, i, j], for pieces of `inner` numbers. */
export function exchange(
  a: usize,
  blocks: usize,
  first: usize,
  second: usize,
  inner: usize,
  out: usize,
): void {
  const bytes = inner << 2;
  const block = first * second * bytes;
  for (let b: usize = 0; b < blocks; b++) {
    if (inner === 1) transpose(a, first, second, out);
    else {
      let to = out;
      for (let j: usize = 0; j < second; j++)
        for (let i: usize = 0; i < first; i++) {
          memory.copy(to, a + (i * second + j) * bytes, bytes);
          to += bytes;
        }
    }
    a += block;
    out += block;
  }
}

/** out[o, c, i] = a[o, places[c], i], NaN where the place, a whole number of 32 bits, is below zero. */
export function gather(
  a: usize,
  outer: usize,
  size: usize,
  inner: usize,
  places: usize,
  count: usize,
  out: usize,
): void {
  const bytes = inner << 2;
  for (let o: usize = 0; o < outer; o++) {
    for (let c: usize = 0; c < count; c++) {
      const place = load<i32>(places + (c << 2));
      if (place < 0) for (let i: usize = 0; i < inner; i++) store<f32>(out + (i << 2), NaN);
      else memory.copy(out, a + (place as usize) * bytes, bytes);
      out += bytes;
    }
    a += size * bytes;
  }
}

/**
 * out[o, c] = a[o, places[c]]; NaN where the place, a whole number of 32 bits, is below zero. Places come in fours, and each four has
 * a step in `steps`: 1 or 2 where they are so far apart, 0 where it is to be looked. Reads 31 bytes past a line.
 */
export function gatherFours(
  a: usize,
  outer: usize,
  size: usize,
  places: usize,
  steps: usize,
  count: usize,
  out: usize,
): void {
  const whole = count & ~3;
  for (let o: usize = 0; o < outer; o++) {
    for (let c: usize = 0; c < whole; c += 4) {
      const step = load<u8>(steps + (c >> 2));
      const from = a + ((load<i32>(places + (c << 2)) as usize) << 2);
      if (step === 1) v128.store(out + (c << 2), v128.load(from));
      else if (step === 2)
        v128.store(out + (c << 2), v128.shuffle<f32>(v128.load(from), v128.load(from, 16), 0, 2, 4, 6));
      else for (let i: usize = c; i < c + 4; i++) gatherOne(a, places, i, out);
    }
    for (let c = whole; c < count; c++) gatherOne(a, places, c, out);
    out += count << 2;
    a += size << 2;
  }
}

function gatherOne(a: usize, places: usize, at: usize, out: usize): void {
  const place = load<i32>(places + (at << 2));
  store<f32>(out + (at << 2), place < 0 ? NaN : load<f32>(a + (place << 2)));
}
