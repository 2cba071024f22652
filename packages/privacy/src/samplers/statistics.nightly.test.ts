// The nightly look at the real entropy, which no seed makes repeatable: under a hundred questions, each with a false
// alarm in a thousand million nights for right samplers. An alarm here is never to be run again until it passes.

import { platformEntropy } from "@unseen/base";
import { expect, test } from "vitest";
import { rational } from "../budget/rational.ts";
import { erfc } from "../mechanisms/erfc.ts";
import { falseAlarm, meanFits } from "../testing/goodness-of-fit.ts";
import { fitsInTheLarge, fitsReference, momentsFit } from "../testing/noise-fit.ts";
import { referenceGaussians, referenceLaplaces } from "../testing/reference-noise.ts";
import { DiscreteGaussian } from "./discrete-gaussian.ts";
import { DiscreteLaplace } from "./discrete-laplace.ts";
import { UniformWords } from "./uniform-words.ts";

const draws = 3_000_000;

function drawMany(sampler: DiscreteLaplace | DiscreteGaussian): Float64Array {
  const words = new UniformWords(platformEntropy(globalThis.crypto));
  return Float64Array.from({ length: draws }, () => Number(sampler.draw(words)));
}

test(`three million draws fit every reference, with a false alarm of ${falseAlarm} a question`, () => {
  const samplers = [
    ...referenceLaplaces.map((reference) => ({
      reference,
      sampler: new DiscreteLaplace(reference.parameter),
    })),
    ...referenceGaussians.map((reference) => ({
      reference,
      sampler: new DiscreteGaussian(reference.parameter),
    })),
  ];
  for (const { reference, sampler } of samplers) {
    const drawn = drawMany(sampler);
    expect(fitsReference(drawn, reference), reference.name).toMatchObject({ fits: true });
    expect(momentsFit(drawn, reference), reference.name).toBe(true);
    const nonZero = drawn.filter((x) => x !== 0).length;
    const positive = drawn.filter((x) => x > 0).length;
    expect(nonZero === 0 || meanFits(positive / nonZero, 0.5, 0.25, nonZero), reference.name).toBe(true);
  }
});

test("three million draws at the scale of real questions fit their quantiles and have uniform lowest digits", () => {
  const scale = 2 ** 24 * 20;
  const laplace = drawMany(new DiscreteLaplace(rational(BigInt(scale))));
  expect(fitsInTheLarge(laplace, (x) => -Math.expm1(-x / scale))).toEqual([true, true]);
  const gaussian = drawMany(new DiscreteGaussian(rational(BigInt(scale) ** 2n)));
  expect(fitsInTheLarge(gaussian, (x) => 1 - erfc(x / scale / Math.SQRT2))).toEqual([true, true]);
});
