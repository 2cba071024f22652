/** Public whole numbers below 2^32 as ring elements, without a big integer for each. */
export function wholeNumbers(length: number, valueAt: (at: number) => number): BigUint64Array<ArrayBuffer> {
  const halves = new Uint32Array(2 * length);
  for (let at = 0; at < length; at++) halves[2 * at] = valueAt(at);
  return new BigUint64Array(halves.buffer);
}
