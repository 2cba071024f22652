// ChaCha20 (RFC 8439, section 2.3), four blocks at a time, as a stream of uniform bytes. The block counter is 32 bits and
// the nonce 96, as in the RFC, so one nonce gives at most 256 GiB.

function rotate(x: v128, by: i32): v128 {
  return v128.or(i32x4.shl(x, by), i32x4.shr_u(x, 32 - by));
}

/** Writes the key stream from block `counter` on over `out`; `bytes` is a multiple of 256. `key` 32 bytes, `nonce` 12. */
export function stream(key: usize, nonce: usize, counter: u32, out: usize, bytes: usize): void {
  const c0 = i32x4.splat(0x61707865);
  const c1 = i32x4.splat(0x3320646e);
  const c2 = i32x4.splat(0x79622d32);
  const c3 = i32x4.splat(0x6b206574);
  const k0 = v128.load32_splat(key);
  const k1 = v128.load32_splat(key, 4);
  const k2 = v128.load32_splat(key, 8);
  const k3 = v128.load32_splat(key, 12);
  const k4 = v128.load32_splat(key, 16);
  const k5 = v128.load32_splat(key, 20);
  const k6 = v128.load32_splat(key, 24);
  const k7 = v128.load32_splat(key, 28);
  const n0 = v128.load32_splat(nonce);
  const n1 = v128.load32_splat(nonce, 4);
  const n2 = v128.load32_splat(nonce, 8);
  let count = i32x4.add(i32x4.splat(counter as i32), i32x4(0, 1, 2, 3));
  for (let at: usize = 0; at < bytes; at += 256) {
    let a0 = c0,
      a1 = c1,
      a2 = c2,
      a3 = c3;
    let b0 = k0,
      b1 = k1,
      b2 = k2,
      b3 = k3;
    let d0 = k4,
      d1 = k5,
      d2 = k6,
      d3 = k7;
    let e0 = count,
      e1 = n0,
      e2 = n1,
      e3 = n2;
    for (let round = 0; round < 10; round++) {
      a0 = i32x4.add(a0, b0);
      e0 = rotate(v128.xor(e0, a0), 16);
      a1 = i32x4.add(a1, b1);
      e1 = rotate(v128.xor(e1, a1), 16);
      a2 = i32x4.add(a2, b2);
      e2 = rotate(v128.xor(e2, a2), 16);
      a3 = i32x4.add(a3, b3);
      e3 = rotate(v128.xor(e3, a3), 16);
      d0 = i32x4.add(d0, e0);
      b0 = rotate(v128.xor(b0, d0), 12);
      d1 = i32x4.add(d1, e1);
      b1 = rotate(v128.xor(b1, d1), 12);
      d2 = i32x4.add(d2, e2);
      b2 = rotate(v128.xor(b2, d2), 12);
      d3 = i32x4.add(d3, e3);
      b3 = rotate(v128.xor(b3, d3), 12);
      a0 = i32x4.add(a0, b0);
      e0 = rotate(v128.xor(e0, a0), 8);
      a1 = i32x4.add(a1, b1);
      e1 = rotate(v128.xor(e1, a1), 8);
      a2 = i32x4.add(a2, b2);
      e2 = rotate(v128.xor(e2, a2), 8);
      a3 = i32x4.add(a3, b3);
      e3 = rotate(v128.xor(e3, a3), 8);
      d0 = i32x4.add(d0, e0);
      b0 = rotate(v128.xor(b0, d0), 7);
      d1 = i32x4.add(d1, e1);
      b1 = rotate(v128.xor(b1, d1), 7);
      d2 = i32x4.add(d2, e2);
      b2 = rotate(v128.xor(b2, d2), 7);
      d3 = i32x4.add(d3, e3);
      b3 = rotate(v128.xor(b3, d3), 7);
      a0 = i32x4.add(a0, b1);
      e3 = rotate(v128.xor(e3, a0), 16);
      a1 = i32x4.add(a1, b2);
      e0 = rotate(v128.xor(e0, a1), 16);
      a2 = i32x4.add(a2, b3);
      e1 = rotate(v128.xor(e1, a2), 16);
      a3 = i32x4.add(a3, b0);
      e2 = rotate(v128.xor(e2, a3), 16);
      d2 = i32x4.add(d2, e3);
      b1 = rotate(v128.xor(b1, d2), 12);
      d3 = i32x4.add(d3, e0);
      b2 = rotate(v128.xor(b2, d3), 12);
      d0 = i32x4.add(d0, e1);
      b3 = rotate(v128.xor(b3, d0), 12);
      d1 = i32x4.add(d1, e2);
      b0 = rotate(v128.xor(b0, d1), 12);
      a0 = i32x4.add(a0, b1);
      e3 = rotate(v128.xor(e3, a0), 8);
      a1 = i32x4.add(a1, b2);
      e0 = rotate(v128.xor(e0, a1), 8);
      a2 = i32x4.add(a2, b3);
      e1 = rotate(v128.xor(e1, a2), 8);
      a3 = i32x4.add(a3, b0);
      e2 = rotate(v128.xor(e2, a3), 8);
      d2 = i32x4.add(d2, e3);
      b1 = rotate(v128.xor(b1, d2), 7);
      d3 = i32x4.add(d3, e0);
      b2 = rotate(v128.xor(b2, d3), 7);
      d0 = i32x4.add(d0, e1);
      b3 = rotate(v128.xor(b3, d0), 7);
      d1 = i32x4.add(d1, e2);
      b0 = rotate(v128.xor(b0, d1), 7);
    }
    rows(out + at, 0, i32x4.add(a0, c0), i32x4.add(a1, c1), i32x4.add(a2, c2), i32x4.add(a3, c3));
    rows(out + at, 16, i32x4.add(b0, k0), i32x4.add(b1, k1), i32x4.add(b2, k2), i32x4.add(b3, k3));
    rows(out + at, 32, i32x4.add(d0, k4), i32x4.add(d1, k5), i32x4.add(d2, k6), i32x4.add(d3, k7));
    rows(out + at, 48, i32x4.add(e0, count), i32x4.add(e1, n0), i32x4.add(e2, n1), i32x4.add(e3, n2));
    count = i32x4.add(count, i32x4.splat(4));
  }
}

/** Four words of each of four blocks, which lie one a lane, into their blocks. */
function rows(out: usize, column: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab0 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  const to = out + column;
  v128.store(to, v128.shuffle<i64>(ab0, cd0, 0, 2));
  v128.store(to + 64, v128.shuffle<i64>(ab0, cd0, 1, 3));
  v128.store(to + 128, v128.shuffle<i64>(ab1, cd1, 0, 2));
  v128.store(to + 192, v128.shuffle<i64>(ab1, cd1, 1, 3));
}
