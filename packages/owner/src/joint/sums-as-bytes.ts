import { invariant } from "@unseen/base";

/** 128 bits: sums of up to 2^61 with noise of any scale that an offer can buy. What would not fit wraps, as the sum does. */
export const sumBits = 128;
const sumBytes = sumBits / 8;

/** Two words each, the lower first, the lowest byte first. */
export function bytesOfSums(sums: readonly bigint[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sums.length * sumBytes);
  const view = new DataView(bytes.buffer);
  for (const [at, sum] of sums.entries()) {
    view.setBigUint64(at * sumBytes, BigInt.asUintN(64, sum), true);
    view.setBigUint64(at * sumBytes + 8, BigInt.asUintN(64, sum >> 64n), true);
  }
  return bytes;
}

export function sumsOfBytes(bytes: Uint8Array): bigint[] {
  invariant(bytes.length % sumBytes === 0, "sums are of 16 bytes each");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / sumBytes }, (_, at) => {
    const low = view.getBigUint64(at * sumBytes, true);
    return BigInt.asIntN(sumBits, low | (view.getBigUint64(at * sumBytes + 8, true) << 64n));
  });
}
