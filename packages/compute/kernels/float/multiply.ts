// Products of matrices of f32. Built twice: with fused multiply-adds where the engine has them, and without.
//
// Each element of a product is the sum over the inner axis in its order, whichever row or column it stands in and however
// many others there are: what one row gets depends on that row alone. Private training leans on that.

/** Columns of a panel: two vectors. Six rows of it are twelve accumulators, which the engine keeps in registers. */
const panel: usize = 8;

function fused(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/**
 * Packs k rows of n into panels of eight columns; what stands past the last is no matter. An element at row i and column j is at
 * b + i rowStride + j columnStride, in bytes. Needs 32 k bytes for each panel, and reads 28 bytes past b.
 */
export function packB(
  b: usize,
  rowStride: usize,
  columnStride: usize,
  k: usize,
  n: usize,
  packed: usize,
): void {
  let to = packed;
  for (let j: usize = 0; j < n; j += panel) {
    let from = b + j * columnStride;
    if (columnStride === 4) {
      for (let i: usize = 0; i < k; i++) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
        to += 32;
        from += rowStride;
      }
      continue;
    }
    const columns = min<usize>(panel, n - j);
    const quads = rowStride === 4 ? k & ~3 : 0;
    for (let column: usize = 0; column < columns; column++) {
      let line = from + column * columnStride;
      let place = to + (column << 2);
      for (let i: usize = 0; i < quads; i += 4) {
        const four = v128.load(line);
        v128.store32_lane(place, four, 0);
        v128.store32_lane(place, four, 1, 32);
        v128.store32_lane(place, four, 2, 64);
        v128.store32_lane(place, four, 3, 96);
        line += 16;
        place += 128;
      }
      for (let i = quads; i < k; i++) {
        store<f32>(place, load<f32>(line));
        line += rowStride;
        place += 32;
      }
    }
    to += k << 5;
  }
}

/** c = a b, or c + a b where `isAdded`, for m rows, k and n; a as `packB` reads b, b packed, c row by row. Reads 28 bytes past c. */
export function product(
  a: usize,
  rowStride: usize,
  stepStride: usize,
  packed: usize,
  c: usize,
  m: usize,
  k: usize,
  n: usize,
  isAdded: bool,
): void {
  const line = n << 2;
  for (let j: usize = 0; j < n; j += panel) {
    const columns = min<usize>(panel, n - j);
    const b = packed + ((j * k) << 2);
    let from = a;
    let to = c + (j << 2);
    let left = m;
    while (left > 0) {
      const over = left % 6;
      // So that no more than one row is left alone.
      let rows: usize = 1;
      if (left >= 6 && over !== 2 && over !== 3) {
        sixRows(from, rowStride, stepStride, b, k, to, line, columns, isAdded);
        rows = 6;
      } else if (left >= 4) {
        fourRows(from, rowStride, stepStride, b, k, to, line, columns, isAdded);
        rows = 4;
      } else oneRow(from, stepStride, b, 32, k, to, columns, isAdded);
      from += rows * rowStride;
      to += rows * line;
      left -= rows;
    }
  }
}

/** The same for one row and a matrix b that lies row by row, `rowStride` bytes apart: packing it would cost more than it saves. Reads 28 bytes past b and c. */
export function rowProduct(
  a: usize,
  stepStride: usize,
  b: usize,
  rowStride: usize,
  c: usize,
  k: usize,
  n: usize,
): void {
  for (let j: usize = 0; j < n; j += panel)
    oneRow(a, stepStride, b + (j << 2), rowStride, k, c + (j << 2), min<usize>(panel, n - j), false);
}

/** Stores the first columns of a row of a panel. */
function keep(to: usize, left: v128, right: v128, columns: usize): void {
  if (columns === panel) {
    v128.store(to, left);
    v128.store(to, right, 16);
    return;
  }
  let last = left;
  if (columns >= 4) {
    v128.store(to, left);
    to += 16;
    last = right;
  }
  const count = columns & 3;
  if (count > 0) store<f32>(to, f32x4.extract_lane(last, 0));
  if (count > 1) store<f32>(to + 4, f32x4.extract_lane(last, 1));
  if (count > 2) store<f32>(to + 8, f32x4.extract_lane(last, 2));
}

function sixRows(
  a: usize,
  rowStride: usize,
  stepStride: usize,
  panelAt: usize,
  k: usize,
  c: usize,
  line: usize,
  columns: usize,
  isAdded: bool,
): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  let c40 = c00;
  let c41 = c00;
  let c50 = c00;
  let c51 = c00;
  if (isAdded) {
    c00 = v128.load(c);
    c01 = v128.load(c, 16);
    c10 = v128.load(c + line);
    c11 = v128.load(c + line, 16);
    c20 = v128.load(c + 2 * line);
    c21 = v128.load(c + 2 * line, 16);
    c30 = v128.load(c + 3 * line);
    c31 = v128.load(c + 3 * line, 16);
    c40 = v128.load(c + 4 * line);
    c41 = v128.load(c + 4 * line, 16);
    c50 = v128.load(c + 5 * line);
    c51 = v128.load(c + 5 * line, 16);
  }
  let from0 = a;
  let from1 = a + rowStride;
  let from2 = a + 2 * rowStride;
  let from3 = a + 3 * rowStride;
  let from4 = a + 4 * rowStride;
  let from5 = a + 5 * rowStride;
  let b = panelAt;
  const end = panelAt + (k << 5);
  while (b < end) {
    const left = v128.load(b);
    const right = v128.load(b, 16);
    const a0 = v128.load32_splat(from0);
    c00 = fused(a0, left, c00);
    c01 = fused(a0, right, c01);
    const a1 = v128.load32_splat(from1);
    c10 = fused(a1, left, c10);
    c11 = fused(a1, right, c11);
    const a2 = v128.load32_splat(from2);
    c20 = fused(a2, left, c20);
    c21 = fused(a2, right, c21);
    const a3 = v128.load32_splat(from3);
    c30 = fused(a3, left, c30);
    c31 = fused(a3, right, c31);
    const a4 = v128.load32_splat(from4);
    c40 = fused(a4, left, c40);
    c41 = fused(a4, right, c41);
    const a5 = v128.load32_splat(from5);
    c50 = fused(a5, left, c50);
    c51 = fused(a5, right, c51);
    from0 += stepStride;
    from1 += stepStride;
    from2 += stepStride;
    from3 += stepStride;
    from4 += stepStride;
    from5 += stepStride;
    b += 32;
  }
  keep(c, c00, c01, columns);
  keep(c + line, c10, c11, columns);
  keep(c + 2 * line, c20, c21, columns);
  keep(c + 3 * line, c30, c31, columns);
  keep(c + 4 * line, c40, c41, columns);
  keep(c + 5 * line, c50, c51, columns);
}

function fourRows(
  a: usize,
  rowStride: usize,
  stepStride: usize,
  panelAt: usize,
  k: usize,
  c: usize,
  line: usize,
  columns: usize,
  isAdded: bool,
): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  if (isAdded) {
    c00 = v128.load(c);
    c01 = v128.load(c, 16);
    c10 = v128.load(c + line);
    c11 = v128.load(c + line, 16);
    c20 = v128.load(c + 2 * line);
    c21 = v128.load(c + 2 * line, 16);
    c30 = v128.load(c + 3 * line);
    c31 = v128.load(c + 3 * line, 16);
  }
  const second = rowStride;
  const third = rowStride << 1;
  const fourth = third + rowStride;
  let from = a;
  let b = panelAt;
  const end = panelAt + (k << 5);
  while (b < end) {
    const left = v128.load(b);
    const right = v128.load(b, 16);
    const a0 = v128.load32_splat(from);
    c00 = fused(a0, left, c00);
    c01 = fused(a0, right, c01);
    const a1 = v128.load32_splat(from + second);
    c10 = fused(a1, left, c10);
    c11 = fused(a1, right, c11);
    const a2 = v128.load32_splat(from + third);
    c20 = fused(a2, left, c20);
    c21 = fused(a2, right, c21);
    const a3 = v128.load32_splat(from + fourth);
    c30 = fused(a3, left, c30);
    c31 = fused(a3, right, c31);
    from += stepStride;
    b += 32;
  }
  keep(c, c00, c01, columns);
  keep(c + line, c10, c11, columns);
  keep(c + 2 * line, c20, c21, columns);
  keep(c + 3 * line, c30, c31, columns);
}

function oneRow(
  a: usize,
  stepStride: usize,
  b: usize,
  rowStride: usize,
  k: usize,
  c: usize,
  columns: usize,
  isAdded: bool,
): void {
  let left = f32x4.splat(0);
  let right = left;
  if (isAdded) {
    left = v128.load(c);
    right = v128.load(c, 16);
  }
  let from = a;
  for (let step: usize = 0; step < k; step++) {
    const one = v128.load32_splat(from);
    left = fused(one, v128.load(b), left);
    right = fused(one, v128.load(b, 16), right);
    from += stepStride;
    b += rowStride;
  }
  keep(c, left, right, columns);
}
