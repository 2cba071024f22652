import { WholeNumbers } from "@unseen/compute";
import fc from "fast-check";
import { expect, test } from "vitest";
import { floorSquareRoot, type Rational, rational } from "../budget/rational.ts";
import { erfc } from "../mechanisms/erfc.ts";
import { fitsInTheLarge, fitsReference, momentsFit } from "../testing/noise-fit.ts";
import { referenceGaussians } from "../testing/reference-noise.ts";
import { entropyOfWords, seededEntropy } from "../testing/seeded-entropy.ts";
import { type AliasColumns, aliasColumns, outcomeOf } from "./alias-columns.ts";
import { expBounds, isBelowScaledExp } from "./exp-bounds.ts";
import { gaussianTable } from "./gaussian-table.ts";
import { LazyUniform } from "./lazy-uniform.ts";
import { TableGaussian } from "./table-gaussian.ts";
import { UniformWords } from "./uniform-words.ts";

const variances = [
  rational(1n, 16n),
  rational(1n),
  rational(10n, 3n),
  rational(10n ** 6n),
  rational(2n ** 43n, 3n),
  rational(2n ** 77n),
  rational(2n ** 78n - 1n),
];

/** A third of them one by one. */
async function drawMany(variance: Rational, count: number, seed: number): Promise<Float64Array> {
  const [table, words] = [new TableGaussian(variance), new UniformWords(seededEntropy(seed))];
  const single = Math.floor(count / 3);
  const first = Array.from({ length: single }, () => table.draw(words));
  const others = await WholeNumbers.zeros(count - single);
  table.addTo(others, words);
  return Float64Array.of(...first, ...others.numbers);
}

test("bounds on exp hold the true value, however fine, and are a few units apart", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 9n }),
      fc.bigInt({ min: 1n, max: 10n ** 8n }),
      (num, den) => {
        if (num > 700n * den) return;
        const [coarse, fine] = [expBounds({ num, den }, 60), expBounds({ num, den }, 200)];
        expect(coarse.low <= fine.low >> 140n && coarse.high >= fine.high >> 140n).toBe(true);
        expect(coarse.high - coarse.low).toBeLessThanOrEqual(4n);
        const value = Math.exp(-Number(num) / Number(den)) * 2 ** 60;
        expect(Math.abs(Number(coarse.low) - value)).toBeLessThan(4 + value * 1e-12);
      },
    ),
  );
});

test("a uniform is below a scaled exp as often as that is large", () => {
  const words = new UniformWords(seededEntropy(2));
  let below = 0;
  for (let draw = 0; draw < 20_000; draw++)
    if (isBelowScaledExp(new LazyUniform(words), rational(3n, 4n), rational(1n, 2n))) below++;
  const p = 0.75 * Math.exp(-0.5);
  expect(Math.abs(below / 20_000 - p)).toBeLessThan(6 * Math.sqrt((p * (1 - p)) / 20_000));
});

test("columns hold each outcome's lots, and no more", () => {
  const lotsOf = fc
    .array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })), {
      minLength: 1,
      maxLength: 70,
    })
    .map((shares) => {
      const total = shares.reduce((sum, share) => sum + share, 0) || 1;
      const lots = shares.map((share) => Math.floor((share / total) * (2 ** 32 - 1)));
      return Float64Array.of(2 ** 32 - lots.reduce((sum, own) => sum + own, 0), ...lots);
    });
  fc.assert(
    fc.property(lotsOf, fc.integer({ min: 0, max: 2 ** 32 - 1 }), (lots, word) => {
      const made = aliasColumns(lots);
      expect(lotsIn(made, lots.length)).toEqual(lots);
      expect(lots[outcomeOf(made, word)]).toBeGreaterThan(0);
    }),
  );
});

test("every block has lots enough, and what settles a draw is never wrong", () => {
  for (const variance of variances) {
    const table = gaussianTable(variance);
    const { lots, columns, blocks, widthBits, factor, tailWidth, first, after, slack } = table;
    expect(widthBits).toBeLessThan(32);
    expect(lotsIn(columns, lots.length)).toEqual(lots);
    const scaled = (magnitude: bigint) =>
      expBounds({ num: magnitude * magnitude * variance.den, den: 2n * variance.num }, 160);
    const unit = 1n << 160n;
    const width = 1n << BigInt(widthBits);
    for (let block = 0; block < blocks; block += block < 50 ? 1 : 23) {
      const own = BigInt(lots[block]!);
      const start = BigInt(block) * width;
      expect(factor * scaled(start).high <= own * unit).toBe(true);
      const last = scaled(start + width - 1n);
      expect(BigInt(after[block]!) * own * unit <= (factor * last.low) << 32n).toBe(true);
      for (const place of new Set([0n, 1n, width / 3n, width / 2n, width - 2n, width - 1n])) {
        if (place < 0n || place >= width) continue;
        const line = first[block]! - ((first[block]! - after[block]!) * Number(place)) / Number(width);
        const kept = scaled(start + place);
        const low = BigInt(Math.floor(line - slack[block]!));
        expect(low * own * unit <= (factor * kept.low) << 32n).toBe(true);
        const high = BigInt(Math.ceil(line + slack[block]!));
        expect(high * own * unit >= (factor * kept.high) << 32n).toBe(true);
      }
    }
    // The tail's lot is enough for its blocks, chosen by coins.
    const begin = BigInt(blocks) * width;
    for (let block = 0n; block < 5n; block++)
      expect(
        factor * scaled(begin + block * tailWidth).high * (tailWidth << (block + 1n)) <= unit * width,
      ).toBe(true);
    expect(lots.reduce((sum, own) => sum + own, 0)).toBe(2 ** 32);
    expect(tailWidth * tailWidth * variance.den >= variance.num).toBe(true);
  }
});

test("at the scale of training few draws are compared exactly", () => {
  const { slack } = gaussianTable(rational(2n ** 43n, 3n));
  expect(Math.max(...slack.subarray(0, 500)) / 2 ** 32).toBeLessThan(2e-4);
  expect(slack[0]! / 2 ** 32).toBeLessThan(1e-5);
});

test("two words are taken as a block, a sign, a place and the first digits of what decides", async () => {
  const table = new TableGaussian(rational(10n ** 12n));
  const { columns, widthBits } = table.table;
  const number = await WholeNumbers.zeros(1);
  const word = fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constantFrom(0, 2 ** 31, 2 ** 32 - 1));
  fc.assert(
    fc.property(fc.array(word, { minLength: 40, maxLength: 40 }), (own) => {
      const [kernel, plain] = [0, 1].map(() => {
        const left = [...own];
        return new UniformWords(entropyOfWords(() => left.shift() ?? 2 ** 20));
      });
      number.numbers[0] = 7;
      table.addTo(number, kernel!);
      // A pool of two words gives what words one by one give.
      expect(number.numbers[0]! - 7).toBe(table.draw(plain!));
    }),
    { numRuns: 2_000 },
  );
  const block = outcomeOf(columns, 0);
  const words = (list: readonly number[]) => {
    const left = [...list];
    return new UniformWords(entropyOfWords(() => left.shift() ?? 0));
  };
  expect(table.draw(words([0, 5]))).toBe(block * 2 ** widthBits + 5);
  expect(table.draw(words([0, 2 ** 31 + 5]))).toBe(-block * 2 ** widthBits - 5);
});

test.each(referenceGaussians.filter(({ parameter }) => 16n * parameter.num >= parameter.den))(
  "$name: draws, mean, variance fit the thirty digits",
  async (reference) => {
    const drawn = await drawMany(reference.parameter, 60_000, 21);
    expect(fitsReference(drawn, reference)).toMatchObject({ fits: true });
    expect(momentsFit(drawn, reference)).toBe(true);
  },
);

test("at the scales of training the quantiles fit and the lowest digits are uniform", async () => {
  for (const sigma of [2 ** 13 + 77, 2 ** 24 * 20]) {
    const drawn = await drawMany(rational(BigInt(sigma) ** 2n), 200_000, 32);
    expect(fitsInTheLarge(drawn, (x) => 1 - erfc(x / sigma / Math.SQRT2))).toEqual([true, true]);
    expect(
      fitsInTheLarge(
        drawn.map((x) => x * 1.03),
        (x) => 1 - erfc(x / sigma / Math.SQRT2),
      )[0],
    ).toBe(false);
  }
});

test("planted tables that are a little wrong do not fit", async () => {
  const reference = referenceGaussians.find(
    ({ parameter }) => parameter.num === 100n && parameter.den === 1n,
  )!;
  const drawn = await drawMany(rational(95n * 95n, 100n), 200_000, 3);
  expect(fitsReference(drawn, reference).fits && momentsFit(drawn, reference)).toBe(false);
  const onlyNear = (await drawMany(reference.parameter, 200_000, 3)).map((x) => (Math.abs(x) > 22 ? 0 : x));
  expect(fitsReference(onlyNear, reference).fits).toBe(false);
});

test("the tail is drawn where its lot comes up, and keeps what belongs there", () => {
  const variance = rational(10_000n);
  const table = new TableGaussian(variance);
  const { blocks, widthBits, columns } = table.table;
  const tailLot = lotOf(columns, blocks);
  // The tail's lot, nothing, a minus, no further block, the first place, and a uniform that is zero as far as anybody looks.
  const first = [tailLot, 0, 2 ** 31, 0, 0, ...new Array<number>(60).fill(0)];
  const words = new UniformWords(entropyOfWords(() => first.shift() ?? 5));
  expect(table.draw(words)).toBe(-blocks * 2 ** widthBits);
  expect(blocks * 2 ** widthBits).toBeGreaterThanOrEqual(10 * Number(floorSquareRoot(10_000n)));
  // A uniform that is not next to nothing is refused, and the draw begins anew at a block around zero.
  const second = [tailLot, 0, 0, 0, 0, 2 ** 30, lotOf(columns, 0), 1];
  const refused = table.draw(new UniformWords(entropyOfWords(() => second.shift() ?? 0)));
  expect(Math.abs(refused)).toBeLessThan(100);
});

test("each magnitude of the tail comes as often as the bell says, beside one of a block", () => {
  for (const variance of [
    rational(10_000n),
    rational(10n ** 8n),
    rational(2n ** 43n, 3n),
    rational(2n ** 77n),
  ]) {
    const table = new TableGaussian(variance);
    const { blocks, widthBits, columns, lots, factor, tailWidth } = table.table;
    const start = BigInt(blocks) << BigInt(widthBits);
    // Of the two words, the sign, a coin and a place: what is left to the uniform, as the rule of blocks has it for the magnitudes.
    const exponent = { num: start ** 2n * variance.den, den: 2n * variance.num };
    const { low } = expBounds(exponent, 512);
    const perMagnitude = { num: factor * low, den: 1n << BigInt(widthBits) };
    const kept = (perMagnitude.num * 2n * tailWidth) / perMagnitude.den;
    for (const [uniform, isKept] of [
      [kept - (kept >> 20n), true],
      [kept + (kept >> 20n), false],
    ] as const) {
      const digits = Array.from({ length: 16 }, (_, at) =>
        Number((uniform >> BigInt(480 - 32 * at)) % 2n ** 32n),
      );
      const own = [
        lotOf(columns, blocks),
        0,
        2 ** 31,
        0,
        ...new Array<number>(placesOf(tailWidth)).fill(0),
        ...digits,
      ];
      const then = [lotOf(columns, 0), 1];
      const words = new UniformWords(entropyOfWords(() => own.shift() ?? then.shift() ?? 0));
      const drawn = Math.abs(table.draw(words));
      expect([drawn === Number(start), lots[blocks]]).toEqual([isKept, 1]);
    }
  }
});

/** Words that a place in the tail takes. */
function placesOf(tailWidth: bigint): number {
  return Math.ceil(tailWidth.toString(2).length / 32);
}

/** How many words choose each outcome. */
function lotsIn({ shift, columns }: AliasColumns, outcomes: number): Float64Array {
  const lots = new Float64Array(outcomes);
  for (let column = 0; 2 * column < columns.length; column++) {
    const [own, other] = [columns[2 * column]!, columns[2 * column + 1]!];
    if (own > 0) lots[column]! += own;
    if (own < 2 ** shift) lots[other]! += 2 ** shift - own;
  }
  return lots;
}

/** A word that chooses the outcome. */
function lotOf(made: AliasColumns, outcome: number): number {
  for (let column = 0; 2 * column < made.columns.length; column++)
    for (const lot of [0, made.columns[2 * column]!]) {
      const word = column * 2 ** made.shift + lot;
      if (lot < 2 ** made.shift && outcomeOf(made, word) === outcome) return word;
    }
  throw new Error("every outcome has a word");
}
