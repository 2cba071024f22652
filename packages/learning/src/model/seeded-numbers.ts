// Numbers that anybody can predict: for beginnings and orders, which are public. Noise never comes from here.

/** Uniform 32-bit words: xoshiro128** of Blackman and Vigna 2018 (arXiv 1805.01407), its state filled by a 32-bit mix. */
export function seededWords(seed: number): () => number {
  let mixed = seed >>> 0;
  const mix = () => {
    mixed = (mixed + 0x9e3779b9) >>> 0;
    const once = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    const twice = Math.imul(once ^ (once >>> 15), 0x735a2d97);
    return (twice ^ (twice >>> 15)) >>> 0;
  };
  let [a, b, c, d] = [mix(), mix(), mix(), mix()] as [number, number, number, number];
  return () => {
    const scrambled = Math.imul(b, 5);
    const word = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return word;
  };
}

/** Normal numbers of mean 0 and deviation 1 (Box and Muller 1958). */
export function seededNormals(seed: number): () => number {
  const words = seededWords(seed);
  return () => {
    const radius = Math.sqrt(-2 * Math.log((words() + 1) / 2 ** 32));
    return radius * Math.cos((2 * Math.PI * words()) / 2 ** 32);
  };
}

/** The numbers 0 .. count-1 in an order that the seed gives (Fisher and Yates). */
export function seededOrder(seed: number, count: number): Int32Array {
  const words = seededWords(seed);
  const order = Int32Array.from({ length: count }, (_, at) => at);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor((words() / 2 ** 32) * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
