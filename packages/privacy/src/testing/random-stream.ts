// Everything random in a drawn test case comes from one 32-bit seed, so a failure is repeated by its seed.

import { xoshiro128 } from "./seeded-entropy.ts";

export type RandomStream = {
  /** In [0, 1). */
  unit(): number;
  /** A whole number from `least` to `most`, both possible. */
  whole(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  shuffled<T>(items: readonly T[]): T[];
};

export function randomStream(seed: number): RandomStream {
  const word = xoshiro128(seed);
  const unit = () => word() / 2 ** 32;
  const whole = (least: number, most: number) => least + Math.floor(unit() * (most - least + 1));
  return {
    unit,
    whole,
    chance: (probability) => unit() < probability,
    pick: (from) => from[whole(0, from.length - 1)]!,
    shuffled: (items) => {
      const mixed = [...items];
      for (let at = mixed.length - 1; at > 0; at--) {
        const other = whole(0, at);
        [mixed[at], mixed[other]] = [mixed[other]!, mixed[at]!];
      }
      return mixed;
    },
  };
}
