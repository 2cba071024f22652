import type { Entropy } from "@unseen/base";

const smallest = 10n ** 10n;
const count = 9n * 10n ** 10n;
/** The largest multiple of `count` in 64 bits; a draw above it is thrown away, so that no number is likelier. */
const drawBelow = (2n ** 64n / count) * count;

/** An object's name at a worker, as on the slide: a random number of 11 digits. */
export function randomObjectId(entropy: Entropy): string {
  for (;;) {
    const word = new DataView(entropy.fill(new Uint8Array(8)).buffer).getBigUint64(0);
    if (word < drawBelow) return String(smallest + (word % count));
  }
}

/** Names one charge for ever: 122 random bits in the form of a version 4 UUID (RFC 9562, section 5.4). */
export function randomAskId(entropy: Entropy): string {
  const bytes = entropy.fill(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
