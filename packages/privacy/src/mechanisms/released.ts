// What may leave the owner's machine. Mechanisms alone make it; whatever is computed from it alone stays released,
// because no computation on a noised answer can undo its guarantee (Dwork and Roth 2014, Proposition 2.1).

import type { Brand } from "@unseen/base";

export type Released<T> = Brand<{ readonly value: T }, "Released">;

/** For the mechanisms of this folder, after their noise is in. The package does not export it. */
export function releasedByMechanism<T>(value: T): Released<T> {
  return Object.freeze({ value }) as Released<T>;
}

/** Computes on what was released, at no price. `finish` sees the released value and must not reach for anything private. */
export function afterRelease<T, U>(released: Released<T>, finish: (value: T) => U): Released<U> {
  return releasedByMechanism(finish(released.value));
}

/** Several releases as one. The price of the whole is what the parts cost together, and was charged with them. */
export function releasedTogether<T extends readonly unknown[]>(
  parts: { readonly [K in keyof T]: Released<T[K]> },
): Released<T> {
  return releasedByMechanism(parts.map((part) => part.value) as unknown as T);
}
