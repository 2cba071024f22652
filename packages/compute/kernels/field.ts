// Sums of bits with weights in GF(2^48) = GF(2)[X] / (X^48 + X^5 + X^3 + X^2 + 1). Bits come in blocks of 128 lanes; an
// element for each lane of a block is 48 planes of 128 bits, 768 bytes. Weights are public coins: branches and addresses
// depend on them, never on bits.

const degree: i32 = 48;
const planes: usize = 768;
const mask: u64 = 0xffffffffffff;
/** Blocks that are summed before the next: their tables stay in the processor's first cache. */
const chunk: usize = 256;

function timesX(a: u64): u64 {
  return ((a << 1) & mask) ^ (0x2d & (0 - (a >> 47)));
}

export function fieldMultiply(a: u64, b: u64): u64 {
  let product: u64 = 0;
  for (let bit = degree - 1; bit >= 0; bit--) {
    product = timesX(product) ^ (a & (0 - ((b >> (bit as u64)) & 1)));
  }
  return product;
}

/**
 * For all rows i and j: sums_i,j += the sum over blocks l of phi_l times (x_i,l & v_j,l ^ y_i,l & u_j,l), lane by lane.
 * Rows are `blocks` blocks, a multiple of 4; `scratch` is 24 KiB. Four blocks at a time by a table of their 16 sums.
 */
export function fieldGram(
  x: usize,
  y: usize,
  v: usize,
  u: usize,
  rows: usize,
  blocks: usize,
  phi: usize,
  scratch: usize,
  sums: usize,
): void {
  const choices = scratch + 16384;
  for (let first: usize = 0; first < blocks; first += chunk) {
    const groups = min(chunk, blocks - first) >> 2;
    for (let group: usize = 0; group < groups; group++) {
      const weights = phi + ((first + (group << 2)) << 3);
      for (let t: usize = 0; t < 48; t++) {
        let choice: u64 = 0;
        for (let i: usize = 0; i < 4; i++)
          choice |= ((load<u64>(weights + (i << 3)) >> (t as u64)) & 1) << (i as u64);
        store<u16>(
          choices + ((t << 6) << 1) + (group << 1),
          ((group << 8) + ((choice as usize) << 4)) as u16,
        );
      }
    }
    for (let i: usize = 0; i < rows; i++) {
      for (let j: usize = 0; j < rows; j++) {
        const left = (i * blocks + first) << 4;
        const right = (j * blocks + first) << 4;
        for (let group: usize = 0; group < groups; group++) {
          const at = group << 6;
          const a = both(x + left + at, v + right + at, y + left + at, u + right + at);
          const b = both(x + left + at + 16, v + right + at + 16, y + left + at + 16, u + right + at + 16);
          const c = both(x + left + at + 32, v + right + at + 32, y + left + at + 32, u + right + at + 32);
          const d = both(x + left + at + 48, v + right + at + 48, y + left + at + 48, u + right + at + 48);
          const table = scratch + (group << 8);
          const ab = v128.xor(a, b);
          const cd = v128.xor(c, d);
          v128.store(table, i64x2.splat(0));
          v128.store(table, a, 16);
          v128.store(table, b, 32);
          v128.store(table, ab, 48);
          v128.store(table, c, 64);
          v128.store(table, v128.xor(a, c), 80);
          v128.store(table, v128.xor(b, c), 96);
          v128.store(table, v128.xor(ab, c), 112);
          v128.store(table, d, 128);
          v128.store(table, v128.xor(a, d), 144);
          v128.store(table, v128.xor(b, d), 160);
          v128.store(table, v128.xor(ab, d), 176);
          v128.store(table, cd, 192);
          v128.store(table, v128.xor(a, cd), 208);
          v128.store(table, v128.xor(b, cd), 224);
          v128.store(table, v128.xor(ab, cd), 240);
        }
        const to = sums + (i * rows + j) * planes;
        for (let t: usize = 0; t < 48; t++) {
          let sum = v128.load(to + (t << 4));
          const chosen = choices + (t << 7);
          for (let group: usize = 0; group < groups; group++)
            sum = v128.xor(sum, v128.load(scratch + (load<u16>(chosen + (group << 1)) as usize)));
          v128.store(to + (t << 4), sum);
        }
      }
    }
  }
}

function both(x: usize, v: usize, y: usize, u: usize): v128 {
  return v128.xor(v128.and(v128.load(x), v128.load(v)), v128.and(v128.load(y), v128.load(u)));
}

/** sums_row += the sum over blocks l of phi_l times bits_row,l, lane by lane. */
export function fieldRowSums(bits: usize, rows: usize, blocks: usize, phi: usize, sums: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    const to = sums + row * planes;
    for (let l: usize = 0; l < blocks; l++) {
      const block = v128.load(bits + ((row * blocks + l) << 4));
      let weight = load<u64>(phi + (l << 3));
      while (weight !== 0) {
        const at = to + ((ctz(weight) as usize) << 4);
        v128.store(at, v128.xor(v128.load(at), block));
        weight &= weight - 1;
      }
    }
  }
}

/**
 * outX_l += the sum over rows j of r_j phi_l times x_j,l, and the same for y: elements for each lane. `scratch` is
 * 1536 bytes a row: what r_j is times each nibble.
 */
export function fieldCombine(
  x: usize,
  y: usize,
  rows: usize,
  blocks: usize,
  r: usize,
  phi: usize,
  scratch: usize,
  outX: usize,
  outY: usize,
): void {
  for (let j: usize = 0; j < rows; j++) {
    let power = load<u64>(r + (j << 3));
    for (let nibble: usize = 0; nibble < 12; nibble++) {
      const table = scratch + j * 1536 + (nibble << 7);
      store<u64>(table, 0);
      for (let bit: usize = 0; bit < 4; bit++) {
        const there = (<usize>1) << bit;
        for (let low: usize = 0; low < there; low++)
          store<u64>(table + ((there + low) << 3), load<u64>(table + (low << 3)) ^ power);
        power = timesX(power);
      }
    }
  }
  for (let l: usize = 0; l < blocks; l++) {
    const weight = load<u64>(phi + (l << 3));
    const toX = outX + l * planes;
    const toY = outY + l * planes;
    for (let j: usize = 0; j < rows; j++) {
      let product: u64 = 0;
      const table = scratch + j * 1536;
      for (let nibble: usize = 0; nibble < 12; nibble++)
        product ^= load<u64>(
          table + (nibble << 7) + ((((weight >> ((nibble << 2) as u64)) & 15) as usize) << 3),
        );
      const here = (j * blocks + l) << 4;
      const a = v128.load(x + here);
      const b = v128.load(y + here);
      while (product !== 0) {
        const at = (ctz(product) as usize) << 4;
        v128.store(toX + at, v128.xor(v128.load(toX + at), a));
        v128.store(toY + at, v128.xor(v128.load(toY + at), b));
        product &= product - 1;
      }
    }
  }
}

/** sums_j += the sum over blocks l of (elements x_l where v_j,l is set) + (elements y_l where u_j,l is set), lane by lane. */
export function fieldProject(
  x: usize,
  y: usize,
  v: usize,
  u: usize,
  rows: usize,
  blocks: usize,
  sums: usize,
): void {
  for (let l: usize = 0; l < blocks; l++) {
    const fromX = x + l * planes;
    const fromY = y + l * planes;
    let j: usize = 0;
    for (; j + 2 <= rows; j += 2) {
      const here = (j * blocks + l) << 4;
      const a0 = v128.load(v + here);
      const b0 = v128.load(u + here);
      const a1 = v128.load(v + here + (blocks << 4));
      const b1 = v128.load(u + here + (blocks << 4));
      const to = sums + j * planes;
      for (let at: usize = 0; at < planes; at += 16) {
        const left = v128.load(fromX + at);
        const right = v128.load(fromY + at);
        const more0 = v128.xor(v128.and(left, a0), v128.and(right, b0));
        const more1 = v128.xor(v128.and(left, a1), v128.and(right, b1));
        v128.store(to + at, v128.xor(v128.load(to + at), more0));
        v128.store(to + at, v128.xor(v128.load(to + at, planes), more1), planes);
      }
    }
    if (j === rows) continue;
    const here = (j * blocks + l) << 4;
    const a = v128.load(v + here);
    const b = v128.load(u + here);
    const to = sums + j * planes;
    for (let at: usize = 0; at < planes; at += 16) {
      const more = v128.xor(v128.and(v128.load(fromX + at), a), v128.and(v128.load(fromY + at), b));
      v128.store(to + at, v128.xor(v128.load(to + at), more));
    }
  }
}

/** out = the sum over the 128 lanes of tau_lane times the lane's element, for each of `count` sets of planes. */
export function fieldCollapse(sums: usize, tau: usize, count: usize, out: usize): void {
  for (let i: usize = 0; i < count; i++) {
    let total: u64 = 0;
    for (let t: i32 = degree - 1; t >= 0; t--) {
      const from = sums + i * planes + ((t as usize) << 4);
      let sum: u64 = 0;
      for (let half: usize = 0; half < 2; half++) {
        const bits = load<u64>(from + (half << 3));
        for (let lane: usize = 0; lane < 64; lane++)
          sum ^= load<u64>(tau + ((half * 64 + lane) << 3)) & (0 - ((bits >> (lane as u64)) & 1));
      }
      total = timesX(total) ^ sum;
    }
    store<u64>(out + (i << 3), total);
  }
}
