/** Operations without a reading on shares, and why, as the end of a sentence that begins with the operation's name. */
export const notOnShares: ReadonlyMap<string, string> = new Map([
  ["EigenSymmetric", "of secrets (its steps depend on the numbers)"],
]);
