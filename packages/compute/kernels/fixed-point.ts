// Floating point to ring elements and back, in place if asked. Lengths are in elements.

/** What `encodeFixed` met: bits of its result. */
const outOfRange: i32 = 1;
const notFinite: i32 = 2;

/** out = values times scale, rounded to the nearest, ties to even. 0 when every result is below `limit` in size. */
export function encodeFixed(values: usize, scale: f64, limit: f64, out: usize, length: usize): i32 {
  let fault: i32 = 0;
  for (let i: usize = 0; i < length; i++) {
    const at = i << 3;
    const value = load<f64>(values + at);
    const scaled = nearest<f64>(value * scale);
    const fits = abs<f64>(scaled) < limit;
    fault |= select<i32>(0, outOfRange, fits);
    fault |= select<i32>(0, notFinite, value - value === 0);
    // Where it does not fit, the conversion would trap.
    store<i64>(out + at, select<f64>(scaled, 0, fits) as i64);
  }
  return fault;
}

/** out = the signed words times unit. */
export function decodeFixed(words: usize, unit: f64, out: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++) {
    const at = i << 3;
    store<f64>(out + at, (load<i64>(words + at) as f64) * unit);
  }
}
