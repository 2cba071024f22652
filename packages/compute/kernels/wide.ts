// Numbers modulo 2^128, as two words, the low one first: what sums of products of words are checked in. Lengths are in
// elements. No branch and no address depends on a value.

/** The upper word of a product of words; the engine has only the lower one. */
function upper(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const cross1 = aLow * bHigh;
  const cross2 = aHigh * bLow;
  const middle = ((aLow * bLow) >> 32) + (cross1 & 0xffffffff) + (cross2 & 0xffffffff);
  return aHigh * bHigh + (cross1 >> 32) + (cross2 >> 32) + (middle >> 32);
}

/** The wide number at `out` grows by a product of words. */
function grow(out: usize, a: u64, b: u64): void {
  const product = a * b;
  const low = load<u64>(out) + product;
  store<u64>(out, low);
  store<u64>(out + 8, load<u64>(out + 8) + upper(a, b) + ((low < product) as u64));
}

/** The wide number at `out` grows by a word times a wide number. */
function growWide(out: usize, a: u64, low: u64, high: u64): void {
  grow(out, a, low);
  store<u64>(out + 8, load<u64>(out + 8) + a * high);
}

/** out = the sum over rows and columns of u_row matrix_row,column v_column, all words. */
export function wideForm(u: usize, matrix: usize, v: usize, rows: usize, columns: usize, out: usize): void {
  let totalLow: u64 = 0;
  let totalHigh: u64 = 0;
  for (let row: usize = 0; row < rows; row++) {
    let low: u64 = 0;
    let high: u64 = 0;
    const from = matrix + ((row * columns) << 3);
    for (let column: usize = 0; column < columns; column++) {
      const a = load<u64>(from + (column << 3));
      const b = load<u64>(v + (column << 3));
      const product = a * b;
      low += product;
      high += upper(a, b) + ((low < product) as u64);
    }
    const weight = load<u64>(u + (row << 3));
    const product = weight * low;
    totalLow += product;
    totalHigh += upper(weight, low) + weight * high + ((totalLow < product) as u64);
  }
  store<u64>(out, totalLow);
  store<u64>(out + 8, totalHigh);
}

/** out = words times weights, one for one, as wide numbers. */
export function wideProducts(words: usize, weights: usize, out: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++) {
    const a = load<u64>(words + (i << 3));
    const b = load<u64>(weights + (i << 3));
    store<u64>(out + (i << 4), a * b);
    store<u64>(out + (i << 4) + 8, upper(a, b));
  }
}

export function wideOf(words: usize, out: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++) {
    store<u64>(out + (i << 4), load<u64>(words + (i << 3)));
    store<u64>(out + (i << 4) + 8, 0);
  }
}

/** out_column = the sum over rows of u_row matrix_row,column. */
export function wideRowSum(u: usize, matrix: usize, rows: usize, columns: usize, out: usize): void {
  memory.fill(out, 0, columns << 4);
  for (let row: usize = 0; row < rows; row++) {
    const weight = load<u64>(u + (row << 3));
    const from = matrix + ((row * columns) << 3);
    for (let column: usize = 0; column < columns; column++)
      grow(out + (column << 4), weight, load<u64>(from + (column << 3)));
  }
}

/** out_row = the sum over columns of matrix_row,column v_column. */
export function wideColumnSum(matrix: usize, v: usize, rows: usize, columns: usize, out: usize): void {
  memory.fill(out, 0, rows << 4);
  for (let row: usize = 0; row < rows; row++) {
    const from = matrix + ((row * columns) << 3);
    for (let column: usize = 0; column < columns; column++)
      grow(out + (row << 4), load<u64>(from + (column << 3)), load<u64>(v + (column << 3)));
  }
}

/** out_i,j = the sum over `length` of row i of a times row j of b, all wide. */
export function wideGram(a: usize, aRows: usize, b: usize, bRows: usize, length: usize, out: usize): void {
  for (let i: usize = 0; i < aRows; i++) {
    for (let j: usize = 0; j < bRows; j++) {
      const fromA = a + ((i * length) << 4);
      const fromB = b + ((j * length) << 4);
      let low: u64 = 0;
      let high: u64 = 0;
      for (let at: usize = 0; at < length << 4; at += 16) {
        const x = load<u64>(fromA + at);
        const y = load<u64>(fromB + at);
        const product = x * y;
        low += product;
        high +=
          upper(x, y) +
          x * load<u64>(fromB + at + 8) +
          load<u64>(fromA + at + 8) * y +
          ((low < product) as u64);
      }
      const to = out + ((i * bRows + j) << 4);
      store<u64>(to, low);
      store<u64>(to + 8, high);
    }
  }
}

/** out = out + the sum over rows of by_row a_row: words by wide rows. */
export function wideAddScaled(a: usize, by: usize, rows: usize, length: usize, out: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    const weight = load<u64>(by + (row << 3));
    const from = a + ((row * length) << 4);
    for (let at: usize = 0; at < length << 4; at += 16)
      growWide(out + at, weight, load<u64>(from + at), load<u64>(from + at + 8));
  }
}

/** out = the upper word of f + e + x v + u y over the integers, where e is the word that makes the lower one zero. */
export function wideCarry(x: usize, v: usize, u: usize, y: usize, f: usize, out: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++) {
    const at = i << 3;
    const a = load<u64>(x + at);
    const b = load<u64>(v + at);
    const c = load<u64>(u + at);
    const d = load<u64>(y + at);
    const first = a * b;
    let low = load<u64>(f + at) + first;
    let high = upper(a, b) + ((low < first) as u64);
    const second = c * d;
    low += second;
    high += upper(c, d) + ((low < second) as u64);
    store<u64>(out + at, high + ((low !== 0) as u64));
  }
}

/** The same for products of matrices x v + u y, m rows of k by k rows of n; `scratch` is 16 n bytes. */
export function wideCarryMatmul(
  x: usize,
  v: usize,
  u: usize,
  y: usize,
  f: usize,
  out: usize,
  m: usize,
  k: usize,
  n: usize,
  scratch: usize,
): void {
  for (let row: usize = 0; row < m; row++) {
    wideOf(f + ((row * n) << 3), scratch, n);
    for (let i: usize = 0; i < k; i++) {
      const a = load<u64>(x + ((row * k + i) << 3));
      const c = load<u64>(u + ((row * k + i) << 3));
      const rowV = v + ((i * n) << 3);
      const rowY = y + ((i * n) << 3);
      for (let column: usize = 0; column < n; column++) {
        grow(scratch + (column << 4), a, load<u64>(rowV + (column << 3)));
        grow(scratch + (column << 4), c, load<u64>(rowY + (column << 3)));
      }
    }
    for (let column: usize = 0; column < n; column++) {
      const total = scratch + (column << 4);
      store<u64>(out + ((row * n + column) << 3), load<u64>(total + 8) + ((load<u64>(total) !== 0) as u64));
    }
  }
}
