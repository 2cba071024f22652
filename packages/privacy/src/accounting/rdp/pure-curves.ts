// Rényi divergences of mechanisms that are pure, or have a closed form: Mironov 2017 (arXiv 1702.07476) for Laplace and
// randomized response, Dong, Durfee, Rogers 2020 (bounded range) for the exponential mechanism, sums of geometric
// series for discrete Laplace. Written so that small epsilons keep their digits: each curve is of size epsilon^2, and
// the textbook forms subtract terms of size epsilon.

/** Laplace noise of scale 1/epsilon over its sensitivity; also permute-and-flip, whose privacy loss is the same. */
export function laplaceRdp(epsilon: number, order: number): number {
  if (epsilon === Number.POSITIVE_INFINITY) return epsilon;
  if (order === 1) return epsilon < 0.3 ? klOfLaplace(epsilon) : epsilon + Math.expm1(-epsilon);
  if (order * epsilon < 0.3) return Math.log1p(laplaceExcess(epsilon, order)) / (order - 1);
  const ratio = Math.expm1(epsilon * (1 - 2 * order)) / (2 * order - 1);
  return epsilon + Math.log1p((order - 1) * ratio) / (order - 1);
}

/** e^-x - 1 + x by its series. */
function klOfLaplace(epsilon: number): number {
  let term = (epsilon * epsilon) / 2;
  let sum = 0;
  for (let k = 3; Math.abs(term) > sum * 1e-18; k++) {
    sum += term;
    term *= -epsilon / k;
  }
  return sum;
}

/** (a expm1((a-1) e) + (a-1) expm1(-a e)) / (2a-1), as a power series from e^2 on. */
function laplaceExcess(epsilon: number, order: number): number {
  let sum = 0;
  let power = (epsilon * epsilon) / 2;
  for (let k = 2; k < 40; k++) {
    const growing = (order - 1) ** (k - 1);
    const falling = (k % 2 === 0 ? 1 : -1) * order ** (k - 1);
    sum += power * (growing + falling);
    power *= epsilon / (k + 1);
  }
  return (sum * order * (order - 1)) / (2 * order - 1);
}

/** Any epsilon-private mechanism; binary randomized response attains it. ln(cosh((a - 1/2) e) / cosh(e / 2)) / (a - 1). */
export function pureRdp(epsilon: number, order: number): number {
  if (order === 1) return epsilon * Math.tanh(epsilon / 2);
  if (epsilon * order > 30) {
    const rest = Math.log1p(Math.exp(epsilon * (1 - 2 * order))) - Math.log1p(Math.exp(-epsilon));
    return Math.min(epsilon, epsilon + rest / (order - 1));
  }
  const excess =
    (2 * Math.sinh((order * epsilon) / 2) * Math.sinh(((order - 1) * epsilon) / 2)) / Math.cosh(epsilon / 2);
  return Math.min(epsilon, Math.log1p(excess) / (order - 1));
}

/** The exponential mechanism: (xi, eps^2/8)-concentrated, and at most epsilon at every order. */
export function exponentialRdp(epsilon: number, order: number): number {
  return Math.min(epsilon, exponentialXi(epsilon) + (epsilon * epsilon * order) / 8);
}

/**
 * t - 1 - ln t - eps^2/8 with t = eps / (e^eps - 1). Below 0.1 by its series, in which eps^2/8 cancels:
 * -ln t = eps/2 + eps^2/24 - eps^4/2880 + ..., t = 1 - eps/2 + eps^2/12 - eps^4/720 + ..., so xi = -eps^4/576 + ....
 */
function exponentialXi(epsilon: number): number {
  const squared = epsilon * epsilon;
  if (epsilon < 0.1) return squared * squared * (-1 / 576 + squared * (1 / 181440 + 1 / 30240));
  const t = epsilon / Math.expm1(epsilon);
  // For large epsilon -ln t is eps - ln eps, without the overflow of expm1.
  const minusLog = epsilon > 50 ? epsilon - Math.log(epsilon) : -Math.log(t);
  return t - 1 + minusLog - squared / 8;
}

/** Randomized response with `noise` over `buckets`, when one record is replaced by another. */
export function randomizedResponseRdp(noise: number, buckets: number, order: number): number {
  if (noise === 1 || buckets === 1) return 0;
  if (noise === 0) return Number.POSITIVE_INFINITY;
  const [kept, other] = [1 - noise + noise / buckets, noise / buckets];
  const epsilon = Math.log1p(((1 - noise) * buckets) / noise);
  if (order === 1) return (kept - other) * epsilon;
  if (order === Number.POSITIVE_INFINITY) return epsilon;
  const excess = other * Math.expm1(order * epsilon) + kept * Math.expm1(-order * epsilon);
  if (order * epsilon < 600) return Math.min(epsilon, Math.log1p(excess) / (order - 1));
  return Math.min(epsilon, (Math.log(other) + order * epsilon) / (order - 1) + 1e-12);
}

/** As above, when one record is replaced by one that answers uniformly. */
export function randomizedResponseSpecialRdp(noise: number, buckets: number, order: number): number {
  if (noise === 1 || buckets === 1) return 0;
  if (noise === 0) return Number.POSITIVE_INFINITY;
  const up = Math.log(buckets * (1 - noise) + noise);
  const down = Math.log(noise);
  if (order === Number.POSITIVE_INFINITY) return Math.max(up, -down);
  if (order === 1) {
    const to = ((buckets * (1 - noise) + noise) * up + (buckets - 1) * noise * down) / buckets;
    return Math.max(0, to, -(up + (buckets - 1) * down) / buckets);
  }
  const moment = (power: number) => {
    const [a, b] = [power * up, power * down];
    const most = Math.max(a, b);
    return most + Math.log((Math.exp(a - most) + (buckets - 1) * Math.exp(b - most)) / buckets);
  };
  return Math.max(0, moment(order), moment(1 - order)) / (order - 1);
}

/** Discrete Laplace on an integer: the three ranges of outcomes are geometric series. */
export function discreteLaplaceRdp(rate: number, sensitivity: number, order: number): number {
  const epsilon = rate * sensitivity;
  if (order === 1) return pureRdp(epsilon, 1);
  if ((order - 1) * epsilon > 600) return epsilon;
  const normaliser = Math.tanh(rate / 2);
  const outside = -normaliser / Math.expm1(-rate);
  const grown = Math.exp((order - 1) * epsilon);
  const decay = (2 * order - 1) * rate;
  const inside =
    sensitivity === 1
      ? 0
      : (normaliser * grown * Math.exp(-decay) * -Math.expm1(-decay * (sensitivity - 1))) /
        -Math.expm1(-decay);
  const moment = outside * (grown + Math.exp(-order * epsilon)) + inside;
  // The moment is 1 + O(eps^2): a few roundings of 1 are added, so that small epsilons stay bounds.
  const room = 4e-15 * moment;
  return Math.min(epsilon, Math.log(Math.max(1, moment + room)) / (order - 1));
}
