// What one attack found, beside what the policy promises.

/**
 * "held": nothing was seen that the promise rules out. "broken": something was, with the confidence stated.
 * "not-tried": the card has no column that the attack could work on.
 */
export type Verdict = "held" | "broken" | "not-tried";

export type Finding = {
  readonly attack: string;
  /** What was done, alike for all settings of the attack. */
  readonly tried: string;
  /** How much the attacker was let spend, and on how many. */
  readonly setting: string;
  readonly reached: string;
  readonly promised: string;
  readonly verdict: Verdict;
};

/** The whole audit raises a false alarm once in a thousand runs at most, shared equally by its checks. */
export const falseAlarmRate = 1e-3;
const mostChecks = 100;

/** Hands each check its share of the false alarms. */
export class Checks {
  #made = 0;

  /** Call once for each thing that may raise the alarm. Throws when there are more than were reckoned with. */
  errorRate(): number {
    this.#made += 1;
    if (this.#made > mostChecks)
      throw new Error("an audit makes no more checks than its error rate was shared by");
    return falseAlarmRate / mostChecks;
  }
}

/** How hard to try. */
export type Effort = {
  /** Runs of a mechanism on each of two neighbouring datasets. */
  readonly testerRuns: number;
  /** Releases on each side that a membership attack learns from and is judged by. */
  readonly membershipRuns: number;
  /** Times that a budget is emptied from the start. */
  readonly games: number;
  /** People whose bits are guessed. */
  readonly people: readonly number[];
  readonly reconstructions: number;
};

export const fullEffort: Effort = {
  testerRuns: 24_000,
  membershipRuns: 40_000,
  games: 400,
  people: [50, 100, 200],
  reconstructions: 6,
};
export const quickEffort: Effort = {
  testerRuns: 3_000,
  membershipRuns: 8_000,
  games: 80,
  people: [50, 100],
  reconstructions: 2,
};

export function percent(share: number): string {
  const hundredths = share * 100;
  return `${hundredths >= 99.95 && share < 1 ? "> 99.9" : hundredths.toFixed(hundredths < 10 || hundredths > 99 ? 1 : 0)} %`;
}

export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** A share of `trials`, with twice its standard error: "73 % ± 9". */
export function shareSeen(share: number, trials: number): string {
  const spread = 200 * Math.sqrt((share * (1 - share)) / trials);
  return `${percent(share)} ± ${spread.toFixed(spread < 1 ? 1 : 0)}`;
}

export function settingOf({ epsilon, delta }: { readonly epsilon: number; readonly delta: number }): string {
  return delta === 0 ? `epsilon ${epsilon}` : `epsilon ${epsilon}, delta ${delta.toExponential()}`;
}
