/** Thrown when our own code is wrong. Its message names a rule of the code and never holds a value. */
export class BrokenInvariant extends Error {
  override readonly name = "BrokenInvariant";
}

/** States what must be true whatever the caller sent. A caller's mistake is a `Result`, never this. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new BrokenInvariant(message);
}
