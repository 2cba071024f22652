// One run under every accountant that knows it, each figure with its theory, its conversion and its relation.

import { ok, type Result } from "@unseen/base";
import {
  type Accountant,
  centralLimitEpsilonNeverForAGuarantee,
  type EventNotSupported,
  gdpAccountant,
  PldAccountant,
  type PrivacyEvent,
  pureAccountant,
  rdpAccountant,
  zcdpAccountant,
} from "@unseen/privacy";
import type { DescribedAccount } from "./described-run.ts";

/**
 * "at-most": the true epsilon is no larger. "between": it lies between the two. "approximate": it may be larger, and
 * the figure guarantees nothing. "unknown": the theory does not cover the run.
 */
export type Figure =
  | { readonly kind: "at-most"; readonly epsilon: number }
  | { readonly kind: "between"; readonly least: number; readonly epsilon: number }
  | { readonly kind: "approximate"; readonly epsilon: number }
  | { readonly kind: "unknown"; readonly because: string };

export type AccountedRow = {
  readonly accountant: string;
  readonly conversion: string;
  readonly relation: DescribedAccount["relation"];
  readonly figure: Figure;
};

type Theory = {
  readonly accountant: string;
  readonly conversion: string;
  readonly figure: (
    run: DescribedAccount,
    events: readonly PrivacyEvent[],
    share: number,
  ) => Figure | undefined;
};

/** From the loosest to the tightest. */
const theories: readonly Theory[] = [
  {
    accountant: "adding up",
    conversion: "none: basic composition",
    figure: (run, events) => {
      const figure = bounded(pureAccountant(run.relation), run, events);
      // Gaussian noise has no epsilon to add, and that is no news.
      return figure.kind === "unknown" ||
        (figure.kind === "at-most" && figure.epsilon === Number.POSITIVE_INFINITY)
        ? undefined
        : figure;
    },
  },
  {
    accountant: "zCDP",
    conversion: "Canonne, Kamath, Steinke 2020",
    figure: (run, events) => bounded(zcdpAccountant(run.relation), run, events),
  },
  {
    accountant: "RDP, as until 2020",
    conversion: "Mironov 2017",
    figure: (run, events) =>
      bounded(rdpAccountant({ relation: run.relation, conversion: "mironov2017" }), run, events),
  },
  {
    accountant: "RDP, today",
    conversion: "Canonne, Kamath, Steinke 2020",
    figure: (run, events) =>
      bounded(rdpAccountant({ relation: run.relation, conversion: "canonneKamathSteinke2020" }), run, events),
  },
  {
    accountant: "GDP",
    conversion: "none: exact (Dong, Roth, Su 2019)",
    figure: (run, events) => {
      const figure = bounded(gdpAccountant(run.relation), run, events);
      return figure.kind === "unknown" ? undefined : figure;
    },
  },
  {
    accountant: "GDP, central limit",
    conversion: "APPROXIMATE, often too low (Bu et al. 2020)",
    figure: ({ sampledGaussian, delta }, _, share) => {
      if (sampledGaussian === undefined || delta === 0) return undefined;
      const run = { ...sampledGaussian, steps: sampledGaussian.steps * share };
      return { kind: "approximate", epsilon: centralLimitEpsilonNeverForAGuarantee(run, delta) };
    },
  },
  {
    accountant: "PLD",
    conversion: "none: the loss's own distribution",
    figure: (run, events) => {
      const pld = composed(new PldAccountant({ relation: run.relation }), events);
      if (!pld.ok) return { kind: "unknown", because: pld.problem.because };
      const { lower, upper } = pld.value.epsilon(run.delta);
      return { kind: "between", least: lower, epsilon: upper };
    },
  },
];

/** Cost: well under a second, nearly all of it for PLD. */
export function accounted(run: DescribedAccount, share = 1): readonly AccountedRow[] {
  const events = run.eventsAt(share);
  return theories.flatMap(({ accountant, conversion, figure }) => {
    const found = figure(run, events, share);
    return found === undefined ? [] : [{ accountant, conversion, relation: run.relation, figure: found }];
  });
}

/** The smallest epsilon that is guaranteed. */
export function tightest(rows: readonly AccountedRow[]): AccountedRow | undefined {
  return rows
    .filter(({ figure }) => figure.kind === "at-most" || figure.kind === "between")
    .reduce<AccountedRow | undefined>(
      (best, row) => (best === undefined || epsilonOf(row) < epsilonOf(best) ? row : best),
      undefined,
    );
}

export function epsilonOf({ figure }: AccountedRow): number {
  return figure.kind === "unknown" ? Number.POSITIVE_INFINITY : figure.epsilon;
}

/** PLD's upper bound; undefined where it does not know the run. */
export function pldEpsilon(run: DescribedAccount): number | undefined {
  const pld = composed(new PldAccountant({ relation: run.relation }), run.eventsAt(1));
  return pld.ok ? pld.value.epsilonAtLeast(run.delta) : undefined;
}

function bounded(start: Accountant, { delta }: DescribedAccount, events: readonly PrivacyEvent[]): Figure {
  const total = composed(start, events);
  return total.ok
    ? { kind: "at-most", epsilon: total.value.epsilonAtLeast(delta) }
    : { kind: "unknown", because: total.problem.because };
}

type Composing<A> = { compose(event: PrivacyEvent): Result<A, EventNotSupported> };

function composed<A extends Composing<A>>(
  start: A,
  events: readonly PrivacyEvent[],
): Result<A, EventNotSupported> {
  let total = start;
  for (const event of events) {
    const next = total.compose(event);
    if (!next.ok) return next;
    total = next.value;
  }
  return ok(total);
}
