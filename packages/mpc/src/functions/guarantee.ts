// Within which numbers a function is right, and how near: data, so that whoever plans a program can refuse one beforehand.

import { invariant } from "@unseen/base";
import type { FixedPoint } from "./fixed-point.ts";

/**
 * For arguments from `least` to `most`, and not nearer to zero than `gap` (zero itself is in, where a function says what it
 * gives), the result is off by at most `absolute` plus `relative` times its size. Beyond, the result is any number; nobody
 * is told anything by it.
 */
export type Guarantee = {
  readonly least: number;
  readonly most: number;
  readonly gap: number;
  readonly absolute: number;
  readonly relative: number;
};

/** Functions that are approximated have been analysed for 8 to 24 bits of fraction. */
export function assertApproximable({ fractionBits }: FixedPoint): void {
  invariant(fractionBits >= 8 && fractionBits <= 24, "approximated functions take 8 to 24 bits of fraction");
}
