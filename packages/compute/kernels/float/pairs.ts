// Pairs of numbers of f32, element by element. Lengths are in elements; outputs may be one of the inputs. A side advances by
// its step: 4 bytes an element, or 0 for one number, of which four copies must lie at its place. The last elements are
// computed as a whole vector of which only they are kept, so sixteen bytes behind every column must be readable.

/** Four copies of the number at `a`. */
export function splat(a: usize, out: usize): void {
  v128.store(out, v128.load32_splat(a));
}

/** Keeps the first `count` of four lanes. */
function keepFirst(out: usize, value: v128, count: usize): void {
  if (count > 0) store<f32>(out, f32x4.extract_lane(value, 0));
  if (count > 1) store<f32>(out + 4, f32x4.extract_lane(value, 1));
  if (count > 2) store<f32>(out + 8, f32x4.extract_lane(value, 2));
}

/** a + b. */
export function add(a: usize, aStep: usize, b: usize, bStep: usize, out: usize, length: usize): void {
  const end = out + ((length & ~3) << 2);
  while (out < end) {
    const x = v128.load(a);
    const y = v128.load(b);
    v128.store(out, f32x4.add(x, y));
    a += aStep << 2;
    b += bStep << 2;
    out += 16;
  }
  const x = v128.load(a);
  const y = v128.load(b);
  keepFirst(out, f32x4.add(x, y), length & 3);
}

/** a - b. */
export function sub(a: usize, aStep: usize, b: usize, bStep: usize, out: usize, length: usize): void {
  const end = out + ((length & ~3) << 2);
  while (out < end) {
    const x = v128.load(a);
    const y = v128.load(b);
    v128.store(out, f32x4.sub(x, y));
    a += aStep << 2;
    b += bStep << 2;
    out += 16;
  }
  const x = v128.load(a);
  const y = v128.load(b);
  keepFirst(out, f32x4.sub(x, y), length & 3);
}

/** a b. */
export function mul(a: usize, aStep: usize, b: usize, bStep: usize, out: usize, length: usize): void {
  const end = out + ((length & ~3) << 2);
  while (out < end) {
    const x = v128.load(a);
    const y = v128.load(b);
    v128.store(out, f32x4.mul(x, y));
    a += aStep << 2;
    b += bStep << 2;
    out += 16;
  }
  const x = v128.load(a);
  const y = v128.load(b);
  keepFirst(out, f32x4.mul(x, y), length & 3);
}

/** a / b. */
export function div(a: usize, aStep: usize, b: usize, bStep: usize, out: usize, length: usize): void {
  const end = out + ((length & ~3) << 2);
  while (out < end) {
    const x = v128.load(a);
    const y = v128.load(b);
    v128.store(out, f32x4.div(x, y));
    a += aStep << 2;
    b += bStep << 2;
    out += 16;
  }
  const x = v128.load(a);
  const y = v128.load(b);
  keepFirst(out, f32x4.div(x, y), length & 3);
}

/** the greater of a and b; NaN where one is. */
export function greatest(a: usize, aStep: usize, b: usize, bStep: usize, out: usize, length: usize): void {
  const end = out + ((length & ~3) << 2);
  while (out < end) {
    const x = v128.load(a);
    const y = v128.load(b);
    v128.store(out, f32x4.max(x, y));
    a += aStep << 2;
    b += bStep << 2;
    out += 16;
  }
  const x = v128.load(a);
  const y = v128.load(b);
  keepFirst(out, f32x4.max(x, y), length & 3);
}

/** the less of a and b; NaN where one is. */
export function least(a: usize, aStep: usize, b: usize, bStep: usize, out: usize, length: usize): void {
  const end = out + ((length & ~3) << 2);
  while (out < end) {
    const x = v128.load(a);
    const y = v128.load(b);
    v128.store(out, f32x4.min(x, y));
    a += aStep << 2;
    b += bStep << 2;
    out += 16;
  }
  const x = v128.load(a);
  const y = v128.load(b);
  keepFirst(out, f32x4.min(x, y), length & 3);
}

/** 1 where a > b, 0 elsewhere. */
export function isGreater(a: usize, aStep: usize, b: usize, bStep: usize, out: usize, length: usize): void {
  const end = out + ((length & ~3) << 2);
  while (out < end) {
    const x = v128.load(a);
    const y = v128.load(b);
    v128.store(out, v128.and(f32x4.gt(x, y), f32x4.splat(1)));
    a += aStep << 2;
    b += bStep << 2;
    out += 16;
  }
  const x = v128.load(a);
  const y = v128.load(b);
  keepFirst(out, v128.and(f32x4.gt(x, y), f32x4.splat(1)), length & 3);
}

/** 1 where a >= b, 0 elsewhere. */
export function isGreaterOrEqual(
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  out: usize,
  length: usize,
): void {
  const end = out + ((length & ~3) << 2);
  while (out < end) {
    const x = v128.load(a);
    const y = v128.load(b);
    v128.store(out, v128.and(f32x4.ge(x, y), f32x4.splat(1)));
    a += aStep << 2;
    b += bStep << 2;
    out += 16;
  }
  const x = v128.load(a);
  const y = v128.load(b);
  keepFirst(out, v128.and(f32x4.ge(x, y), f32x4.splat(1)), length & 3);
}

/** 1 where a = b, 0 elsewhere. */
export function isEqual(a: usize, aStep: usize, b: usize, bStep: usize, out: usize, length: usize): void {
  const end = out + ((length & ~3) << 2);
  while (out < end) {
    const x = v128.load(a);
    const y = v128.load(b);
    v128.store(out, v128.and(f32x4.eq(x, y), f32x4.splat(1)));
    a += aStep << 2;
    b += bStep << 2;
    out += 16;
  }
  const x = v128.load(a);
  const y = v128.load(b);
  keepFirst(out, v128.and(f32x4.eq(x, y), f32x4.splat(1)), length & 3);
}
