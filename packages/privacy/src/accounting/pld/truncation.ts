// How often a Poisson sample is cut down to a batch, from the tails of the binomial distribution.

/** `truncated`: chance of a cut, given that the person was drawn. The other: chance of staying in, given a cut. */
export function truncationOf(sample: {
  readonly datasetSize: number;
  readonly probability: number;
  readonly batchSize: number;
}): { readonly truncated: number; readonly probabilityWhenTruncated: number } {
  const { datasetSize, probability, batchSize } = sample;
  const truncated = binomialAtLeast(batchSize, datasetSize - 1, probability);
  if (truncated === 0) return { truncated, probabilityWhenTruncated: 0 };
  const cut = binomialAtLeast(batchSize + 1, datasetSize, probability);
  return {
    truncated,
    probabilityWhenTruncated: Math.min(1, ((cut * batchSize) / truncated / datasetSize) * (1 + 1e-9)),
  };
}

/** P(Binomial(trials, probability) >= least), rounded up a little; zero only when it cannot happen. */
export function binomialAtLeast(least: number, trials: number, probability: number): number {
  if (least <= 0) return 1;
  if (least > trials || probability === 0) return 0;
  if (probability === 1) return 1;
  const logOdds = Math.log(probability) - Math.log1p(-probability);
  // From the mode outwards by the ratio of neighbours, so that no factorial is needed: the sum normalises itself.
  const mode = Math.min(trials, Math.floor((trials + 1) * probability));
  let [all, tail] = [0, 0];
  const add = (k: number, log: number) => {
    const mass = Math.exp(log);
    all += mass;
    if (k >= least) tail += mass;
  };
  let log = 0;
  for (let k = mode; k <= trials && log > -745; k++) {
    add(k, log);
    log += Math.log((trials - k) / (k + 1)) + logOdds;
  }
  log = 0;
  for (let k = mode - 1; k >= 0 && log > -745; k--) {
    log -= Math.log((trials - k) / (k + 1)) + logOdds;
    add(k, log);
  }
  return Math.min(1, (tail / all) * (1 + 1e-9) + 5e-324);
}
