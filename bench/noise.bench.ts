// How many exact samples one core draws in a second, at the scale of a real question: a sum on a grid of 2^24 steps
// at epsilon 1/20. The baseline is the algorithm as printed in the paper over bigint, interleaved in the same run.

import { platformEntropy } from "@unseen/base";
import { gaussianMeasurement, laplaceMeasurement, type Measurement, rational } from "@unseen/privacy";
import {
  plainDiscreteGaussian,
  plainDiscreteLaplace,
} from "../packages/privacy/src/samplers/plain-samplers.ts";
import { UniformWords } from "../packages/privacy/src/samplers/uniform-words.ts";

type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline?: number;
  readonly ratio?: number;
};

const scale = 20n * 2n ** 24n;
const ourDraws = 200_000;
const plainDraws = 10_000;
const rounds = 9;

/** Samples a second: ours as an owner draws them, through a measurement; `ratio` is ours over the paper's. */
export async function* run(): AsyncGenerator<Figure> {
  const entropy = platformEntropy(globalThis.crypto);
  const words = new UniformWords(entropy);
  const laplace = laplaceMeasurement({ l1Sensitivity: 2n ** 24n, epsilon: rational(1n, 20n), dimension: 1 });
  yield figureOf("noise/discrete-laplace", laplace, () => plainDiscreteLaplace(words, rational(scale)));

  const gaussian = gaussianMeasurement({
    l2SensitivitySquared: scale * scale,
    rho: rational(1n, 2n),
    dimension: 1,
  });
  yield figureOf("noise/discrete-gaussian", gaussian, () =>
    plainDiscreteGaussian(words, rational(scale * scale)),
  );

  // One of the two parts of a noise that two owners share.
  const share = laplaceMeasurement({
    l1Sensitivity: 2n ** 24n,
    epsilon: rational(1n, 20n),
    dimension: 1,
    parts: 2,
  });
  const shareDraws = 10_000;
  const perSecondOfShare = Array.from({ length: rounds }, () =>
    perSecond(shareDraws, () => share.noise(shareDraws, entropy)),
  );
  yield { name: "noise/laplace-share", value: median(perSecondOfShare), unit: "samples/s" };

  function figureOf(name: string, measurement: Measurement, drawPlain: () => bigint): Figure {
    const ours: number[] = [];
    const plain: number[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(perSecond(ourDraws, () => measurement.noise(ourDraws, entropy)));
      plain.push(
        perSecond(plainDraws, () => {
          for (let draw = 0; draw < plainDraws; draw++) drawPlain();
        }),
      );
    }
    const [value, baseline] = [median(ours), median(plain)];
    return { name, value, unit: "samples/s", baseline, ratio: value / baseline };
  }
}

function perSecond(count: number, work: () => void): number {
  const from = performance.now();
  work();
  return (count * 1000) / (performance.now() - from);
}

/** The middle round: the first ones compile, and a busy neighbour slows any one. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
