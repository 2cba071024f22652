// Sums of very many numbers. Whole ones in f64, as sums on a grid are kept: adding to them, noise on them, and back to f32; and
// plain ones in f32. Lengths are in elements.

/** total = total + f factor. */
export function addScaled(terms: usize, factor: f32, total: usize, length: usize): void {
  const factors = f32x4.splat(factor);
  const end = total + ((length & ~3) << 2);
  while (total < end) {
    v128.store(total, f32x4.add(v128.load(total), f32x4.mul(v128.load(terms), factors)));
    terms += 16;
    total += 16;
  }
  for (let last = total + ((length & 3) << 2); total < last; total += 4) {
    store<f32>(total, load<f32>(total) + load<f32>(terms) * factor);
    terms += 4;
  }
}

/** total = total + f perStep, rounded to the nearest whole number. */
export function addOnGrid(terms: usize, perStep: f64, total: usize, length: usize): void {
  const steps = f64x2.splat(perStep);
  const end = total + ((length & ~1) << 3);
  while (total < end) {
    const two = f64x2.promote_low_f32x4(v128.load64_zero(terms));
    v128.store(total, f64x2.add(v128.load(total), f64x2.nearest(f64x2.mul(two, steps))));
    terms += 8;
    total += 16;
  }
  if (length & 1) store<f64>(total, load<f64>(total) + nearest<f64>(<f64>load<f32>(terms) * perStep));
}

/** out = x factor. */
export function scaleTo(x: usize, factor: f64, out: usize, length: usize): void {
  const factors = f64x2.splat(factor);
  const end = out + ((length & ~1) << 2);
  while (out < end) {
    v128.store64_lane(out, f32x4.demote_f64x2_zero(f64x2.mul(v128.load(x), factors)), 0);
    x += 16;
    out += 8;
  }
  if (length & 1) store<f32>(out, <f32>(load<f64>(x) * factor));
}

/** Whether all are whole and from -most to most. */
export function areWhole(x: usize, most: f64, length: usize): bool {
  const bound = f64x2.splat(most);
  let are = i64x2.splat(-1);
  const end = x + ((length & ~1) << 3);
  while (x < end) {
    const two = v128.load(x);
    const isWhole = f64x2.eq(f64x2.nearest(two), two);
    are = v128.and(are, v128.and(isWhole, f64x2.le(f64x2.abs(two), bound)));
    x += 16;
  }
  if (!i64x2.all_true(are)) return false;
  if (!(length & 1)) return true;
  const last = load<f64>(x);
  return nearest<f64>(last) === last && abs<f64>(last) <= most;
}

/**
 * Adds to each number a draw that two words of the pool settle, as `packages/privacy/src/samplers/table-gaussian.ts` has it, and
 * writes down the places of the others. Returns how many those are.
 */
export function addDraws(
  pool: usize,
  columns: usize,
  shift: u32,
  sure: usize,
  widthBits: u32,
  numbers: usize,
  length: u32,
  unsettled: usize,
): u32 {
  const lotDigits: u32 = (1 << shift) - 1;
  const placeDigits: u32 = (1 << widthBits) - 1;
  let left = unsettled;
  for (let at: u32 = 0; at < length; at++) {
    const lot = load<u32>(pool);
    const second = load<u32>(pool, 4);
    pool += 8;
    const column = lot >> shift;
    const own = columns + ((column as usize) << 3);
    const block = select<u32>(column, load<u32>(own, 4), (lot & lotDigits) < load<u32>(own));
    const isSure = (second & 0x7fff_ffff) >> widthBits < load<u32>(sure + ((block as usize) << 2));
    const magnitude = ((block as i64) << widthBits) | ((second & placeDigits) as i64);
    if (isSure && magnitude !== 0) {
      const sign = ((second as i32) >> 31) as i64;
      store<f64>(numbers, load<f64>(numbers) + <f64>((magnitude ^ sign) - sign));
    } else {
      store<u32>(left, at);
      left += 4;
    }
    numbers += 8;
  }
  return ((left - unsettled) >> 2) as u32;
}
