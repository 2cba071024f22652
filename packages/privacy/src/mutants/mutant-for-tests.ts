// A mutant is a mechanism or a rule that is wrong in one named way, its right twin, and the check that must tell them
// apart: it has to convict the wrong one and to pass the right one. A check that convicts both, or neither, fails.

import { type RunOnce, seenLeak } from "../audit/epsilon-tester.ts";
import { UniformWords } from "../samplers/uniform-words.ts";
import { seededEntropy } from "../testing/seeded-entropy.ts";

/** The checks by the names that the table in `docs/how-we-know.md` uses. */
export type CaughtBy = "stochastic tester" | "exact law" | "property";

export type Mutant = {
  readonly name: string;
  readonly caughtBy: CaughtBy;
  readonly isWrongCaught: () => boolean;
  readonly isRightCaught: () => boolean;
};

export function mutant<T>(
  name: string,
  caughtBy: CaughtBy,
  on: { readonly wrong: T; readonly right: T; readonly convicts: (subject: T) => boolean },
): Mutant {
  return {
    name,
    caughtBy,
    isWrongCaught: () => on.convicts(on.wrong),
    isRightCaught: () => on.convicts(on.right),
  };
}

/** A mechanism on trial: it draws from `words` and tells an outcome. */
export type OnTrial<Input> = (input: Input, words: UniformWords) => unknown;

export type Claim<Input> = {
  readonly left: Input;
  readonly right: Input;
  readonly epsilon: number;
  readonly delta?: number;
  readonly runs?: number;
};

/** Wrongly convicts once in a million, and not at all once it has passed, because the seed is fixed. */
const errorRate = 1e-6;

/** Whether what is seen to leak is more than what is claimed. */
export function leaksMoreThan<Input>({ left, right, epsilon, delta = 0, runs = 12_000 }: Claim<Input>) {
  return (mechanism: OnTrial<Input>): boolean => {
    const words = new UniformWords(seededEntropy(runs));
    const run: RunOnce<Input> = (input) => String(mechanism(input, words));
    return seenLeak({ run, left, right, runs, delta, errorRate }).epsilonAtLeast > epsilon;
  };
}

export function byTester<Input>(
  name: string,
  claim: Claim<Input>,
  on: { readonly wrong: OnTrial<Input>; readonly right: OnTrial<Input> },
): Mutant {
  return mutant(name, "stochastic tester", { ...on, convicts: leaksMoreThan(claim) });
}
