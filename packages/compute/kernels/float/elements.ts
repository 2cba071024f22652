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
  for (let i: usize = 0; i < length; i++) {
    store<f32>(out + (i << 2), load<f32>(condition) !== 0 ? load<f32>(x) : load<f32>(y));
    condition += conditionStep;
    x += xStep;
    y += yStep;
  }
}

/** out[o, i] = the sum over s of a[o, s, i], each in its order. */
export function sumAxis(a: usize, outer: usize, size: usize, inner: usize, out: usize): void {
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
export function transpose(a: usize, rows: usize, columns: usize, out: usize): void {
  for (let i: usize = 0; i < rows; i++) {
    for (let j: usize = 0; j < columns; j++)
      store<f32>(out + ((j * rows + i) << 2), load<f32>(a + ((i * columns + j) << 2)));
  }
}
