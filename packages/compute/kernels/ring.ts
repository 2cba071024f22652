// Arithmetic in Z_2^64 on columns of u64 in linear memory. Lengths are in elements, places in bytes. Outputs may be
// one of the inputs. No branch and no address depends on a value.

export function add(a: usize, b: usize, out: usize, length: usize): void {
  const even = length & ~1;
  for (let i: usize = 0; i < even; i += 2) {
    const at = i << 3;
    v128.store(out + at, i64x2.add(v128.load(a + at), v128.load(b + at)));
  }
  if (even < length) store<u64>(out + (even << 3), load<u64>(a + (even << 3)) + load<u64>(b + (even << 3)));
}

export function sub(a: usize, b: usize, out: usize, length: usize): void {
  const even = length & ~1;
  for (let i: usize = 0; i < even; i += 2) {
    const at = i << 3;
    v128.store(out + at, i64x2.sub(v128.load(a + at), v128.load(b + at)));
  }
  if (even < length) store<u64>(out + (even << 3), load<u64>(a + (even << 3)) - load<u64>(b + (even << 3)));
}

export function mul(a: usize, b: usize, out: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++) {
    const at = i << 3;
    store<u64>(out + at, load<u64>(a + at) * load<u64>(b + at));
  }
}

export function scale(a: usize, by: u64, out: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++) {
    const at = i << 3;
    store<u64>(out + at, load<u64>(a + at) * by);
  }
}

export function addEach(a: usize, more: u64, out: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++) {
    const at = i << 3;
    store<u64>(out + at, load<u64>(a + at) + more);
  }
}

export function maskEach(a: usize, mask: u64, out: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++) {
    const at = i << 3;
    store<u64>(out + at, load<u64>(a + at) & mask);
  }
}

export function fill(out: usize, value: u64, length: usize): void {
  for (let i: usize = 0; i < length; i++) store<u64>(out + (i << 3), value);
}

/** Arithmetic shift: floor of the signed value over 2^bits. */
export function shiftRight(a: usize, bits: u64, out: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++) {
    const at = i << 3;
    store<i64>(out + at, load<i64>(a + at) >> (bits as i64));
  }
}

export function shiftRightUnsigned(a: usize, bits: u64, out: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++) {
    const at = i << 3;
    store<u64>(out + at, load<u64>(a + at) >> bits);
  }
}

/** out = out + a b: what a party adds to a product by itself. */
export function addProduct(a: usize, b: usize, out: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++) {
    const at = i << 3;
    store<u64>(out + at, load<u64>(out + at) + load<u64>(a + at) * load<u64>(b + at));
  }
}

/** out = out + x (y + v) + u y for shares (x, u) and (y, v): one party's part of a replicated product. */
export function addReplicatedProduct(
  x: usize,
  u: usize,
  y: usize,
  v: usize,
  out: usize,
  length: usize,
): void {
  for (let i: usize = 0; i < length; i++) {
    const at = i << 3;
    const left = load<u64>(y + at);
    store<u64>(
      out + at,
      load<u64>(out + at) + load<u64>(x + at) * (left + load<u64>(v + at)) + load<u64>(u + at) * left,
    );
  }
}

/** out[i] = the sum of `width` neighbours from i * width on. */
export function sumRuns(a: usize, width: usize, out: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++) {
    let total: u64 = 0;
    const from = a + ((i * width) << 3);
    for (let j: usize = 0; j < width; j++) total += load<u64>(from + (j << 3));
    store<u64>(out + (i << 3), total);
  }
}

/** out[i] = a[places[i]], places as u32. */
export function gather(a: usize, places: usize, out: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++) {
    store<u64>(out + (i << 3), load<u64>(a + ((load<u32>(places + (i << 2)) as usize) << 3)));
  }
}

/**
 * Packs b, k rows of n, into panels of four columns: for each row of a panel four low halves, then four high halves.
 * Needs 8 * k * (n rounded up to 4) bytes. Columns past n are zero.
 */
export function packPanels(b: usize, k: usize, n: usize, packed: usize): void {
  let to = packed;
  for (let j: usize = 0; j < n; j += 4) {
    for (let row: usize = 0; row < k; row++) {
      const from = b + ((row * n + j) << 3);
      for (let lane: usize = 0; lane < 4; lane++) {
        const value: u64 = j + lane < n ? load<u64>(from + (lane << 3)) : 0;
        store<u32>(to + (lane << 2), value as u32);
        store<u32>(to + 16 + (lane << 2), (value >> 32) as u32);
      }
      to += 32;
    }
  }
}

/**
 * c = c + a b for a of m rows of k and b of k rows of n, packed. Low halves are multiplied into 64 bits and cross
 * terms gathered in 32, because the engine has no fast lanes of 64-bit products.
 */
export function addMatmul(a: usize, packed: usize, c: usize, m: usize, k: usize, n: usize): void {
  for (let j: usize = 0; j < n; j += 4) {
    const panel = packed + ((j * k) << 3);
    let i: usize = 0;
    for (; i + 2 <= m; i += 2) twoRows(a + ((i * k) << 3), k, panel, c + ((i * n + j) << 3), n, n - j);
    if (i < m) oneRow(a + ((i * k) << 3), k, panel, c + ((i * n + j) << 3), n - j);
  }
}

/**
 * The same for b as it lies, for so few rows that packing would cost more than it saves. Four rows of b at once, so that c
 * is read and written a quarter as often.
 */
export function addRows(a: usize, b: usize, c: usize, m: usize, k: usize, n: usize): void {
  const stride = n << 3;
  for (let row: usize = 0; row < m; row++) {
    const to = c + row * stride;
    const from = a + ((row * k) << 3);
    let i: usize = 0;
    for (; i + 4 <= k; i += 4) {
      const a0 = load<u64>(from + (i << 3));
      const a1 = load<u64>(from + (i << 3), 8);
      const a2 = load<u64>(from + (i << 3), 16);
      const a3 = load<u64>(from + (i << 3), 24);
      let b0 = b + i * stride;
      let b2 = b0 + 2 * stride;
      for (let at = to; at < to + stride; at += 8) {
        const left = a0 * load<u64>(b0) + a1 * load<u64>(b0 + stride);
        const right = a2 * load<u64>(b2) + a3 * load<u64>(b2 + stride);
        store<u64>(at, load<u64>(at) + left + right);
        b0 += 8;
        b2 += 8;
      }
    }
    for (; i < k; i++) {
      const one = load<u64>(from + (i << 3));
      const line = b + i * stride;
      for (let at: usize = 0; at < stride; at += 8)
        store<u64>(to + at, load<u64>(to + at) + one * load<u64>(line + at));
    }
  }
}

function twoRows(a: usize, k: usize, panel: usize, c: usize, n: usize, columns: usize): void {
  let left0 = i64x2.splat(0);
  let right0 = i64x2.splat(0);
  let cross0 = i32x4.splat(0);
  let left1 = i64x2.splat(0);
  let right1 = i64x2.splat(0);
  let cross1 = i32x4.splat(0);
  let from0 = a;
  let from1 = a + (k << 3);
  let b = panel;
  const end = panel + (k << 5);
  while (b < end) {
    const low = v128.load(b);
    const high = v128.load(b, 16);
    const low0 = v128.load32_splat(from0);
    const high0 = v128.load32_splat(from0, 4);
    const low1 = v128.load32_splat(from1);
    const high1 = v128.load32_splat(from1, 4);
    left0 = i64x2.add(left0, i64x2.extmul_low_i32x4_u(low0, low));
    right0 = i64x2.add(right0, i64x2.extmul_high_i32x4_u(low0, low));
    cross0 = i32x4.add(cross0, i32x4.add(i32x4.mul(low0, high), i32x4.mul(high0, low)));
    left1 = i64x2.add(left1, i64x2.extmul_low_i32x4_u(low1, low));
    right1 = i64x2.add(right1, i64x2.extmul_high_i32x4_u(low1, low));
    cross1 = i32x4.add(cross1, i32x4.add(i32x4.mul(low1, high), i32x4.mul(high1, low)));
    from0 += 8;
    from1 += 8;
    b += 32;
  }
  keep(c, left0, right0, cross0, columns);
  keep(c + (n << 3), left1, right1, cross1, columns);
}

function oneRow(a: usize, k: usize, panel: usize, c: usize, columns: usize): void {
  let left = i64x2.splat(0);
  let right = i64x2.splat(0);
  let cross = i32x4.splat(0);
  let from = a;
  let b = panel;
  const end = panel + (k << 5);
  while (b < end) {
    const low = v128.load(b);
    const lowA = v128.load32_splat(from);
    left = i64x2.add(left, i64x2.extmul_low_i32x4_u(lowA, low));
    right = i64x2.add(right, i64x2.extmul_high_i32x4_u(lowA, low));
    cross = i32x4.add(
      cross,
      i32x4.add(i32x4.mul(lowA, v128.load(b, 16)), i32x4.mul(v128.load32_splat(from, 4), low)),
    );
    from += 8;
    b += 32;
  }
  keep(c, left, right, cross, columns);
}

function keep(c: usize, left: v128, right: v128, cross: v128, columns: usize): void {
  const first = i64x2.add(left, i64x2.shl(i64x2.extend_low_i32x4_u(cross), 32));
  const second = i64x2.add(right, i64x2.shl(i64x2.extend_high_i32x4_u(cross), 32));
  store<u64>(c, load<u64>(c) + (i64x2.extract_lane(first, 0) as u64));
  if (columns > 1) store<u64>(c + 8, load<u64>(c + 8) + (i64x2.extract_lane(first, 1) as u64));
  if (columns > 2) store<u64>(c + 16, load<u64>(c + 16) + (i64x2.extract_lane(second, 0) as u64));
  if (columns > 3) store<u64>(c + 24, load<u64>(c + 24) + (i64x2.extract_lane(second, 1) as u64));
}
