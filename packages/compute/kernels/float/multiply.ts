// Products of matrices of f32. Built twice: with fused multiply-adds where the engine has them, and without.
//
// Each element of a product is the sum over the inner axis in its order, whichever row or column it stands in and however
// many others there are: what one row gets depends on that row alone. Private training leans on that.

/** Columns of a panel: two vectors. Four rows of it are eight accumulators, which the engine keeps in registers. */
const panel: usize = 8;

function fused(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/**
 * Packs k rows of n into panels of eight columns, zero past the last. An element at row i and column j is at
 * b + i rowStride + j columnStride, in bytes. Needs 32 k bytes for each panel.
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
    const columns = min<usize>(panel, n - j);
    let from = b + j * columnStride;
    if (columns === panel && columnStride === 4) {
      for (let i: usize = 0; i < k; i++) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
        to += 32;
        from += rowStride;
      }
      continue;
    }
    for (let i: usize = 0; i < k; i++) {
      for (let column: usize = 0; column < panel; column++) {
        const value: f32 = column < columns ? load<f32>(from + column * columnStride) : 0;
        store<f32>(to + (column << 2), value);
      }
      to += 32;
      from += rowStride;
    }
  }
}

/**
 * c = c + a b for m rows, k and n; a as `packB` reads b, b packed, c row by row. `tile` is 128 bytes of scratch.
 */
export function addProduct(
  a: usize,
  rowStride: usize,
  stepStride: usize,
  packed: usize,
  c: usize,
  m: usize,
  k: usize,
  n: usize,
  tile: usize,
): void {
  const line = n << 2;
  for (let j: usize = 0; j < n; j += panel) {
    const columns = min<usize>(panel, n - j);
    const b = packed + ((j * k) << 2);
    let i: usize = 0;
    for (; i + 4 <= m; i += 4) {
      const from = a + i * rowStride;
      const to = c + i * line + (j << 2);
      if (columns === panel) fourRows(from, rowStride, stepStride, b, k, to, line);
      else {
        for (let row: usize = 0; row < 4; row++)
          memory.copy(tile + (row << 5), to + row * line, columns << 2);
        fourRows(from, rowStride, stepStride, b, k, tile, 32);
        for (let row: usize = 0; row < 4; row++)
          memory.copy(to + row * line, tile + (row << 5), columns << 2);
      }
    }
    for (; i < m; i++) {
      const to = c + i * line + (j << 2);
      if (columns === panel) oneRow(a + i * rowStride, stepStride, b, k, to);
      else {
        memory.copy(tile, to, columns << 2);
        oneRow(a + i * rowStride, stepStride, b, k, tile);
        memory.copy(to, tile, columns << 2);
      }
    }
  }
}

function fourRows(
  a: usize,
  rowStride: usize,
  stepStride: usize,
  panelAt: usize,
  k: usize,
  c: usize,
  line: usize,
): void {
  const second = rowStride;
  const third = rowStride << 1;
  const fourth = third + rowStride;
  let c00 = v128.load(c);
  let c01 = v128.load(c, 16);
  let c10 = v128.load(c + line);
  let c11 = v128.load(c + line, 16);
  let c20 = v128.load(c + 2 * line);
  let c21 = v128.load(c + 2 * line, 16);
  let c30 = v128.load(c + 3 * line);
  let c31 = v128.load(c + 3 * line, 16);
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
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c + line, c10);
  v128.store(c + line, c11, 16);
  v128.store(c + 2 * line, c20);
  v128.store(c + 2 * line, c21, 16);
  v128.store(c + 3 * line, c30);
  v128.store(c + 3 * line, c31, 16);
}

function oneRow(a: usize, stepStride: usize, panelAt: usize, k: usize, c: usize): void {
  let left = v128.load(c);
  let right = v128.load(c, 16);
  let from = a;
  let b = panelAt;
  const end = panelAt + (k << 5);
  while (b < end) {
    const one = v128.load32_splat(from);
    left = fused(one, v128.load(b), left);
    right = fused(one, v128.load(b, 16), right);
    from += stepStride;
    b += 32;
  }
  v128.store(c, left);
  v128.store(c, right, 16);
}
