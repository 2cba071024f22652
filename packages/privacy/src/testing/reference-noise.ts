// For tests alone: the true probabilities, from `fixtures/discrete-noise-reference.json` and from the definitions.

import { readFileSync } from "node:fs";
import { type Rational, rational } from "../budget/rational.ts";

export type ReferenceNoise = {
  readonly name: string;
  /** The scale of a Laplace, sigma squared of a Gaussian. */
  readonly parameter: Rational;
  /** Probabilities of 0 to 5. */
  readonly pmf: readonly number[];
  readonly variance: number;
};

export function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), "utf8"));
}

type Row = {
  readonly sigma2?: string;
  readonly scale_t?: string;
  readonly pmf_0_to_5_30digits: string[];
  readonly variance_50digits: string;
};
const file = readFixture("discrete-noise-reference.json") as {
  readonly discrete_gaussian: Row[];
  readonly discrete_laplace: Row[];
};

export const referenceLaplaces: readonly ReferenceNoise[] = file.discrete_laplace.map((row) =>
  read("Laplace, scale", row.scale_t, row),
);
export const referenceGaussians: readonly ReferenceNoise[] = file.discrete_gaussian.map((row) =>
  read("Gaussian, variance", row.sigma2, row),
);

/** From the definition, for any scale. */
export function laplaceProbability(scale: number, x: number): number {
  return Math.tanh(1 / (2 * scale)) * Math.exp(-Math.abs(x) / scale);
}

/** From the definition, for any sigma squared that is small enough to sum. */
export function gaussianProbability(sigmaSquared: number, x: number): number {
  let normaliser = 0;
  const farthest = Math.ceil(40 * Math.sqrt(sigmaSquared)) + 2;
  for (let y = -farthest; y <= farthest; y++) normaliser += Math.exp((-y * y) / (2 * sigmaSquared));
  return Math.exp((-x * x) / (2 * sigmaSquared)) / normaliser;
}

function read(kind: string, parameter: string | undefined, row: Row): ReferenceNoise {
  const [whole = "0", fraction = ""] = (parameter ?? "").split(".");
  return {
    name: `${kind} ${parameter}`,
    parameter: rational(BigInt(whole + fraction), 10n ** BigInt(fraction.length)),
    pmf: row.pmf_0_to_5_30digits.map(Number),
    variance: Number(row.variance_50digits),
  };
}
