import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared } from "../protocol/shared.ts";
import { computed } from "../testing/columns.ts";
import { protocolsUnderTest } from "../testing/protocols.ts";
import {
  dotOfRuns,
  dotOfRunsPrice,
  meanGuarantee,
  meanOfRuns,
  meanOfRunsPrice,
  varianceGuarantee,
  varianceOfRuns,
  varianceOfRunsPrice,
} from "./averages.ts";
import { exponential, exponentialGuarantee, exponentialPrice } from "./exponential.ts";
import { type FixedPoint, fixedPoint, greatestOf, stepOf } from "./fixed-point.ts";
import type { Guarantee } from "./guarantee.ts";
import { logarithm, logarithmGuarantee, logarithmPrice } from "./logarithm.ts";
import { polynomial, polynomialPrice } from "./polynomial.ts";
import { power, powerGuarantee, powerPrice } from "./power.ts";
import {
  divide,
  divideGuarantee,
  dividePrice,
  reciprocal,
  reciprocalGuarantee,
  reciprocalPrice,
} from "./reciprocal.ts";
import { inverseSqrt, inverseSqrtGuarantee, sqrt, sqrtGuarantee, sqrtPrice } from "./roots.ts";
import { sigmoid, sigmoidGuarantee, sigmoidPrice, tanh, tanhPrice } from "./sigmoid.ts";
import { softmax, softmaxGuarantee, softmaxPrice } from "./softmax.ts";

const formats = [fixedPoint(), fixedPoint(8, 8), fixedPoint(20, 11), fixedPoint(24, 7), fixedPoint(12, 10)];
const runs = 10;

/** A function of one column: what it is, within which it is right, and what it costs. */
type Approximated = {
  readonly exact: (x: number) => number;
  readonly shared: (protocol: Protocol, x: Shared, fixed: FixedPoint) => Promise<Shared>;
  readonly price: (prices: ProtocolPrices, length: number, fixed: FixedPoint) => Price;
  readonly guarantee: (fixed: FixedPoint) => Guarantee;
};

const approximated: Readonly<Record<string, Approximated>> = {
  reciprocal: {
    exact: (x) => (x === 0 ? 0 : 1 / x),
    shared: reciprocal,
    price: reciprocalPrice,
    guarantee: reciprocalGuarantee,
  },
  sqrt: { exact: Math.sqrt, shared: sqrt, price: sqrtPrice, guarantee: sqrtGuarantee },
  inverseSqrt: {
    exact: (x) => (x === 0 ? 0 : 1 / Math.sqrt(x)),
    shared: inverseSqrt,
    price: sqrtPrice,
    guarantee: inverseSqrtGuarantee,
  },
  exponential: {
    exact: Math.exp,
    shared: exponential,
    price: exponentialPrice,
    guarantee: exponentialGuarantee,
  },
  logarithm: { exact: Math.log, shared: logarithm, price: logarithmPrice, guarantee: logarithmGuarantee },
  sigmoid: {
    exact: (x) => 1 / (1 + Math.exp(-x)),
    shared: sigmoid,
    price: sigmoidPrice,
    guarantee: sigmoidGuarantee,
  },
  tanh: { exact: Math.tanh, shared: tanh, price: tanhPrice, guarantee: sigmoidGuarantee },
  square: {
    exact: (x) => x ** 2,
    shared: (p, x, fixed) => power(p, x, 2, fixed),
    price: (prices, length) => powerPrice(prices, length, 2),
    guarantee: (fixed) => powerGuarantee(fixed, 2),
  },
  seventhPower: {
    exact: (x) => x ** 7,
    shared: (p, x, fixed) => power(p, x, 7, fixed),
    price: (prices, length) => powerPrice(prices, length, 7),
    guarantee: (fixed) => powerGuarantee(fixed, 7),
  },
  twelfthPower: {
    exact: (x) => x ** 12,
    shared: (p, x, fixed) => power(p, x, 12, fixed),
    price: (prices, length) => powerPrice(prices, length, 12),
    guarantee: (fixed) => powerGuarantee(fixed, 12),
  },
};

describe.each(protocolsUnderTest)("$name", (under) => {
  test.each(Object.entries(approximated))(
    "%s is as near as it says, at its price, over all that it takes",
    async (_, { exact, shared, price, guarantee }) => {
      await fc.assert(
        fc.asyncProperty(
          fc
            .constantFrom(...formats)
            .chain((fixed) => fc.tuple(fc.constant(fixed), within(fixed, guarantee(fixed), 60))),
          async ([fixed, x]) => {
            const results = await computed(
              under,
              [x.map((each) => encoded(each, fixed))],
              (p, [a]) => shared(p, a!, fixed),
              ({ prices }) => price(prices, x.length, fixed),
            );
            holds(
              guarantee(fixed),
              fixed,
              results,
              x.map((each) => exact(each)),
            );
          },
        ),
        { numRuns: runs },
      );
    },
  );

  test("quotients within the format; over zero it is zero", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...formats).chain((fixed) => {
          const all = within(fixed, divideGuarantee(fixed), 60);
          return fc.tuple(fc.constant(fixed), all, all);
        }),
        async ([fixed, x, y]) => {
          const fits = x.map(
            (each, at) => y[at] === undefined || Math.abs(each / y[at]) <= greatestOf(fixed) / 2,
          );
          const pairs = x
            .map((each, at): [number, number] => (fits[at] || y[at] === 0 ? [each, y[at] ?? 1] : [0, y[at]!]))
            .slice(0, Math.min(x.length, y.length));
          const results = await computed(
            under,
            [pairs.map(([a]) => encoded(a, fixed)), pairs.map(([, b]) => encoded(b, fixed))],
            (p, [a, b]) => divide(p, a!, b!, fixed),
            ({ prices }) => dividePrice(prices, pairs.length, fixed),
          );
          const wanted = pairs.map(([a, b]) => (b === 0 ? 0 : a / b));
          holds(divideGuarantee(fixed), fixed, results, wanted);
        },
      ),
      { numRuns: runs },
    );
  });

  test("softmax of runs", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...formats).chain((fixed) => {
          const middle = { ...softmaxGuarantee(fixed, 1), least: -4, most: 4 };
          const all = fc.oneof(within(fixed, middle, 60), within(fixed, softmaxGuarantee(fixed, 1), 60));
          return fc.tuple(fc.constant(fixed), all, fc.constantFrom(1, 2, 3, 10, 30));
        }),
        async ([fixed, drawn, run]) => {
          const rows = Math.max(1, Math.floor(drawn.length / run));
          const x = Array.from({ length: rows * run }, (_, at) => drawn[at % drawn.length]!);
          const results = await computed(
            under,
            [x.map((each) => encoded(each, fixed))],
            (p, [a]) => softmax(p, a!, run, fixed),
            ({ prices }) => softmaxPrice(prices, rows, run, fixed),
          );
          const wanted = runsOf(x, run).flatMap((row) => {
            const powers = row.map((each) => Math.exp(each - Math.max(...row)));
            return powers.map((each) => each / sum(powers));
          });
          holds(softmaxGuarantee(fixed, run), fixed, results, wanted);
        },
      ),
      { numRuns: runs },
    );
  });

  test("means, variances and sums of products of runs", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...formats).chain((fixed) => {
          const narrow = within(fixed, varianceGuarantee(fixed), 60);
          return fc.tuple(fc.constant(fixed), within(fixed, meanGuarantee(fixed), 60), narrow);
        }),
        fc.constantFrom(1, 2, 3, 7, 16, 50),
        async ([fixed, wide, narrow], run) => {
          const fill = (some: readonly number[]) =>
            Array.from({ length: Math.ceil(some.length / run) * run }, (_, at) => some[at % some.length]!);
          const [x, y] = [fill(wide), fill(narrow)];
          const means = await computed(
            under,
            [x.map((each) => encoded(each, fixed))],
            (p, [a]) => meanOfRuns(p, a!, run),
            ({ prices }) => meanOfRunsPrice(prices, x.length / run, run),
          );
          holds(
            meanGuarantee(fixed),
            fixed,
            means,
            runsOf(x, run).map((row) => sum(row) / run),
          );
          const spreads = await computed(
            under,
            [y.map((each) => encoded(each, fixed))],
            (p, [a]) => varianceOfRuns(p, a!, run, fixed),
            ({ prices }) => varianceOfRunsPrice(prices, y.length / run, run),
          );
          const exact = runsOf(y, run).map((row) => {
            const mean = sum(row) / run;
            return sum(row.map((each) => (each - mean) ** 2)) / run;
          });
          holds(varianceGuarantee(fixed), fixed, spreads, exact);
          const dots = await computed(
            under,
            [y.map((each) => encoded(each, fixed)), y.map((each) => encoded(-each, fixed))],
            (p, [a, b]) => dotOfRuns(p, a!, b!, run, fixed),
            ({ prices }) => dotOfRunsPrice(prices, y.length / run, run),
          );
          const products = runsOf(y, run).map((row) => -sum(row.map((each) => each ** 2)));
          holds({ ...varianceGuarantee(fixed), absolute: stepOf(fixed) }, fixed, dots, products);
        },
      ),
      { numRuns: runs },
    );
  });

  test("polynomials of any degree", async () => {
    const coefficient = fc.double({ min: -1, max: 1, noNaN: true });
    const drawn = fc.tuple(
      fc.array(coefficient, { minLength: 2, maxLength: 30 }),
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 }),
    );
    const fixed = { fractionBits: 26, wholeBits: 5 };
    await fc.assert(
      fc.asyncProperty(drawn, async ([coefficients, drawnX]) => {
        const x = drawnX.map((each) => rounded(each, fixed));
        const results = await computed(
          under,
          [x.map((each) => encoded(each, fixed))],
          (p, [a]) => polynomial(p, a!, coefficients, fixed.fractionBits),
          ({ prices }) => polynomialPrice(prices, x.length, coefficients.length - 1),
        );
        const wanted = x.map((each) => coefficients.reduceRight((total, c) => total * each + c, 0));
        const absolute = 20 * coefficients.length * stepOf(fixed);
        holds({ ...meanGuarantee(fixed), absolute, relative: 0 }, fixed, results, wanted);
      }),
      { numRuns: 2 * runs },
    );
  });
});

/** Steps of the format within a guarantee: its ends, its gap's, powers of two, small and large ones. */
function within(fixed: FixedPoint, { least, most, gap }: Guarantee, maxLength: number) {
  const step = stepOf(fixed);
  const fits = (x: number) =>
    x >= least && x <= most && (x === 0 ? least <= 0 && gap !== least : Math.abs(x) >= gap);
  const powers = Array.from({ length: 40 }, (_, at) => 2 ** (at - 24)).flatMap((x) => [
    x,
    x - step,
    x + step,
  ]);
  const awkward = [least, most, gap, step, 0, 1, 0.5, ...powers]
    .flatMap((x) => [x, -x, x + step, x - step])
    .map((x) => (x < 0 ? -rounded(-x, fixed, Math.floor) : rounded(x, fixed, Math.floor)))
    .filter(fits);
  const uniform = fc.double({ min: least, max: most, noNaN: true });
  const small = fc.tuple(fc.double({ min: -24, max: 15, noNaN: true }), fc.boolean());
  const drawn = fc
    .oneof(
      uniform,
      fc.double({ min: Math.max(least, -16), max: Math.min(most, 12), noNaN: true }),
      small.map(([size, isNegative]) => (isNegative ? -1 : 1) * 2 ** size),
    )
    .map((x) => rounded(x, fixed, Math.trunc))
    .map((x) => (fits(x) ? x : awkward[0]!));
  return fc
    .array(drawn, { minLength: 1, maxLength })
    .chain((some) => fc.boolean().map((withEnds) => (withEnds ? [...some, ...new Set(awkward)] : some)));
}

function holds(
  { absolute, relative }: Guarantee,
  fixed: FixedPoint,
  results: readonly bigint[],
  wanted: readonly number[],
): void {
  const step = stepOf(fixed);
  const far = results.flatMap((result, at) => {
    const exact = wanted[at]!;
    const off = Math.abs(Number(result) * step - exact);
    return off <= absolute + relative * Math.abs(exact) + 1e-12
      ? []
      : [`at ${at}: ${Number(result) * step}, not ${exact}: off by ${off / step} steps`];
  });
  expect(far).toEqual([]);
  expect(results.length).toBe(wanted.length);
}

function rounded(x: number, { fractionBits }: FixedPoint, round = Math.round): number {
  return round(x * 2 ** fractionBits) / 2 ** fractionBits;
}

function encoded(x: number, { fractionBits }: FixedPoint): bigint {
  return BigInt(Math.round(x * 2 ** fractionBits));
}

function runsOf<T>(all: readonly T[], run: number): readonly (readonly T[])[] {
  return Array.from({ length: all.length / run }, (_, at) => all.slice(at * run, (at + 1) * run));
}

function sum(all: readonly number[]): number {
  return all.reduce((total, each) => total + each, 0);
}
