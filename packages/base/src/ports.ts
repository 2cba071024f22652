// The world outside, as parameters: pure rooms read no clock, entropy, network or environment.

/** Milliseconds since 1970-01-01 UTC. */
export interface Clock {
  nowMs(): number;
}

/**
 * Uniform random bytes that nobody can predict. Production has one maker, over the platform's CSPRNG
 * (`platformEntropy`); tests pass a counted or recorded one.
 */
export interface Entropy {
  /** Overwrites `bytes` with fresh random bytes and returns it. Throws if the platform has none to give. */
  fill(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
}
