/**
 * Whether two byte strings are the same, without stopping at the first difference. Their lengths are public.
 * JavaScript promises no constant time; an early exit is what this avoids.
 */
export function equalConstantTime(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let at = 0; at < one.length; at += 1) difference |= one[at]! ^ other[at]!;
  return difference === 0;
}
