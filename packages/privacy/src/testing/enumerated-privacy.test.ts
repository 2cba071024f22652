// The check that convicts by enumeration is itself on trial.

import { expect, test } from "vitest";
import { type Rational, rational } from "../budget/rational.ts";
import { keepProbabilities } from "../mechanisms/keep-probabilities.ts";
import { drawKept } from "../mechanisms/partition-selection.ts";
import { drawResponse } from "../mechanisms/randomized-response.ts";
import type { Words } from "../samplers/uniform-words.ts";
import { enumerateOutcomes } from "./enumerated-outcomes.ts";
import { breachOf } from "./enumerated-privacy.ts";

const enumerated = <T>(draw: (words: Words) => T) => enumerateOutcomes(draw, { bits: 1, depth: 16 });

test("randomized response of epsilon 1 passes at 1 and is convicted at a quarter", () => {
  const [left, right] = [0, 1].map((truth) =>
    enumerated((words) => drawResponse(words, truth, 2, rational(1n))),
  );
  expect(breachOf(left!, right!, rational(1n))).toEqual([]);
  expect(breachOf(left!, right!, rational(1n, 4n)).toSorted()).toEqual([0, 1]);
});

test("a group of one that is shown with a delta of a tenth passes at a tenth and is convicted at a twentieth", () => {
  const table = keepProbabilities(rational(1n), rational(1n, 10n));
  const [none, one] = [0n, 1n].map((people) => enumerated((words) => drawKept(words, table, people)));
  const at = (delta: Rational) => breachOf(none!, one!, rational(1n), delta);
  expect(at(rational(1n, 10n))).toEqual([]);
  expect(at(rational(1n, 20n))).toEqual([true]);
});

test("what is still undecided speaks for the accused", () => {
  const coin = (words: Words) => words.next() === 1 && words.next() + words.next() + words.next() >= 0;
  const mute = (words: Words) => words.next() < 0;
  const at = <T>(draw: (words: Words) => T, depth: number) => enumerateOutcomes(draw, { bits: 1, depth });
  expect(at(coin, 2).undecided).toBe(2n);
  expect(breachOf(at(coin, 2), at(mute, 2), rational(0n))).toEqual([]);
  expect(breachOf(at(coin, 4), at(mute, 4), rational(0n))).not.toEqual([]);
  expect(() => breachOf(at(coin, 2), at(mute, 4), rational(0n))).toThrow("one depth");
});
