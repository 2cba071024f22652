// Columns of bits, bit-sliced: plane j holds bit j of every element, 64 elements a word. Lengths are in bytes and a
// multiple of 16. No branch and no address depends on a value.

export function xor(a: usize, b: usize, out: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(out + at, v128.xor(v128.load(a + at), v128.load(b + at)));
  }
}

export function and(a: usize, b: usize, out: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(out + at, v128.and(v128.load(a + at), v128.load(b + at)));
  }
}

export function copy(a: usize, out: usize, bytes: usize): void {
  memory.copy(out, a, bytes);
}

export function not(a: usize, out: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) v128.store(out + at, v128.not(v128.load(a + at)));
}

/** out = out ^ a & b. */
export function xorAnd(a: usize, b: usize, out: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(out + at, v128.xor(v128.load(out + at), v128.and(v128.load(a + at), v128.load(b + at))));
  }
}

/** out = out ^ x & (y ^ v) ^ u & y for shares (x, u) and (y, v): one party's part of a replicated AND. */
export function xorReplicatedAnd(x: usize, u: usize, y: usize, v: usize, out: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    const left = v128.load(y + at);
    const mine = v128.and(v128.load(x + at), v128.xor(left, v128.load(v + at)));
    const other = v128.and(v128.load(u + at), left);
    v128.store(out + at, v128.xor(v128.load(out + at), v128.xor(mine, other)));
  }
}

/**
 * Bits of words into planes: `width` planes, each `stride` bytes, bit i of a plane the element i. Elements are read in
 * blocks of 64; those past `length` count as zero. Hacker's Delight, section 7-3, widened to 64 x 64.
 */
export function toPlanes(
  words: usize,
  length: usize,
  planes: usize,
  width: usize,
  stride: usize,
  scratch: usize,
): void {
  const blocks = (length + 63) >> 6;
  for (let block: usize = 0; block < blocks; block++) {
    const from = block << 6;
    const there = min(<usize>64, length - from);
    memory.copy(scratch, words + (from << 3), there << 3);
    if (there < 64) memory.fill(scratch + (there << 3), 0, (64 - there) << 3);
    transpose(scratch);
    for (let bit: usize = 0; bit < width; bit++) {
      store<u64>(planes + bit * stride + (block << 3), load<u64>(scratch + (bit << 3)));
    }
  }
}

/** Planes back into words; bits past `width` are zero. */
export function fromPlanes(
  planes: usize,
  width: usize,
  stride: usize,
  words: usize,
  length: usize,
  scratch: usize,
): void {
  const blocks = (length + 63) >> 6;
  for (let block: usize = 0; block < blocks; block++) {
    for (let bit: usize = 0; bit < width; bit++) {
      store<u64>(scratch + (bit << 3), load<u64>(planes + bit * stride + (block << 3)));
    }
    if (width < 64) memory.fill(scratch + (width << 3), 0, (64 - width) << 3);
    transpose(scratch);
    const from = block << 6;
    memory.copy(words + (from << 3), scratch, min(<usize>64, length - from) << 3);
  }
}

/** One plane into words of 0 and 1. */
export function spread(plane: usize, words: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++) {
    store<u64>(words + (i << 3), (load<u64>(plane + ((i >> 6) << 3)) >> ((i & 63) as u64)) & 1);
  }
}

/** A 64 x 64 matrix of bits in place: bit c of row r goes to bit r of row c. */
function transpose(a: usize): void {
  let mask: u64 = 0x00000000ffffffff;
  for (let j: usize = 32; j > 0; j >>= 1) {
    const bytes = j << 3;
    for (let k: usize = 0; k < 64; k = (k + j + 1) & ~j) {
      const at = a + (k << 3);
      const low = load<u64>(at);
      const high = load<u64>(at + bytes);
      const moved = ((low >> (j as u64)) ^ high) & mask;
      store<u64>(at, low ^ (moved << (j as u64)));
      store<u64>(at + bytes, high ^ moved);
    }
    mask ^= mask << ((j >> 1) as u64);
  }
}
