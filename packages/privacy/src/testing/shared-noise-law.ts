// For tests alone: the exact laws of shares of noise and of their sums, by definition and convolution. The obvious way, and
// slow: tables of doubles out to where nothing is left.

/** A law on -reach .. reach; what lies beyond is far below the rounding of doubles. */
export type Law = { readonly reach: number; readonly at: (x: number) => number };

/** The difference of two negative binomials of shape 1/parts: pmf_k = (r)_k / k! (1-q)^r q^k each. */
export function laplaceShareLaw(scale: number, parts: number): Law {
  const reach = Math.ceil(60 * scale) + 4;
  const q = Math.exp(-1 / scale);
  const side = new Float64Array(reach + 1);
  side[0] = (1 - q) ** (1 / parts);
  for (let k = 1; k <= reach; k += 1) side[k] = (side[k - 1]! * q * (k - 1 + 1 / parts)) / k;
  const half = (x: number) => {
    let sum = 0;
    for (let k = reach - x; k >= 0; k -= 1) sum += side[k]! * side[k + x]!;
    return sum;
  };
  const table = Float64Array.from({ length: reach + 1 }, (_, x) => half(x));
  return { reach, at: (x) => (Math.abs(x) > reach ? 0 : table[Math.abs(x)]!) };
}

export function gaussianLaw(variance: number): Law {
  const reach = Math.ceil(38 * Math.sqrt(variance)) + 4;
  const weight = (x: number) => Math.exp((-x * x) / (2 * variance));
  let whole = 0;
  for (let x = reach; x >= 1; x -= 1) whole += 2 * weight(x);
  whole += 1;
  return { reach, at: (x) => (Math.abs(x) > reach ? 0 : weight(x) / whole) };
}

export function laplaceLaw(scale: number): Law {
  const reach = Math.ceil(60 * scale) + 4;
  return {
    reach,
    at: (x) => (Math.abs(x) > reach ? 0 : Math.tanh(1 / (2 * scale)) * Math.exp(-Math.abs(x) / scale)),
  };
}

/** The law of a sum of so many independent ones, for laws that are even. */
export function sumLaw(one: Law, count: number): Law {
  let sum = one;
  for (let added = 1; added < count; added += 1) sum = convolved(sum, one);
  return sum;
}

function convolved(a: Law, b: Law): Law {
  const reach = a.reach + b.reach;
  const table = Float64Array.from({ length: reach + 1 }, (_, x) => {
    let sum = 0;
    for (let y = -b.reach; y <= b.reach; y += 1) sum += b.at(y) * a.at(x - y);
    return sum;
  });
  return { reach, at: (x) => (Math.abs(x) > reach ? 0 : table[Math.abs(x)]!) };
}

/** The greatest loss |ln P(x)/P(x - shift)| out to `farthest`, where tables of a sum still hold all that matters. */
export function greatestLoss({ at }: Law, shift: number, farthest: number): number {
  let greatest = 0;
  for (let x = -farthest; x <= farthest; x += 1)
    greatest = Math.max(greatest, Math.abs(Math.log(at(x) / at(x - shift))));
  return greatest;
}

/** The Rényi divergence of an order between the law and the law shifted. Orders that weigh what doubles cannot hold are too large. */
export function renyi({ reach, at }: Law, shift: number, order: number): number {
  const terms: number[] = [];
  for (let x = -reach; x <= reach + shift; x += 1) {
    const [here, there] = [at(x), at(x - shift)];
    if (here > 1e-280 && there > 1e-280) terms.push(order * Math.log(here) - (order - 1) * Math.log(there));
  }
  const most = terms.reduce((one, other) => Math.max(one, other));
  return (most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0))) / (order - 1);
}
