// What happened to the data, as plain data: a tree of mechanisms and of the ways they were combined, with nothing in
// it that depends on anybody. Every accountant reads the same tree. The names follow DpEvent of dp-accounting, so that
// an event can be checked against that tool. It is one file because it is one closed union with its one parser.

import { err, ok, type Result } from "@unseen/base";

/**
 * Who counts as a neighbour.
 * - "add-or-remove-one": one privacy unit joins or leaves.
 * - "replace-one": one privacy unit becomes another; the number of units is public.
 * - "replace-special": one privacy unit becomes a record without content (zero-out).
 * The noise multiplier of an event is noise over the sensitivity UNDER THE RELATION that the accountant was made with;
 * an accountant never doubles it by itself, except inside a sample, where the rule that it follows says so.
 */
export type NeighbouringRelation = "add-or-remove-one" | "replace-one" | "replace-special";

export type PrivacyEvent =
  /** Nothing that depends on anybody was released. */
  | { readonly kind: "none" }
  /** Something was released without protection: every accountant answers infinity. */
  | { readonly kind: "non-private" }
  /** Gaussian noise of standard deviation `noiseMultiplier` times the L2 sensitivity. */
  | { readonly kind: "gaussian"; readonly noiseMultiplier: number }
  /** Laplace noise of scale `noiseMultiplier` times the L1 sensitivity. */
  | { readonly kind: "laplace"; readonly noiseMultiplier: number }
  /** One integer, moved by at most `sensitivity`, with noise of P(x) proportional to exp(-rate |x|). */
  | { readonly kind: "discrete-laplace"; readonly rate: number; readonly sensitivity: number }
  /** One integer, moved by at most `sensitivity`, with noise of P(x) proportional to exp(-x^2 / (2 sigma^2)). */
  | { readonly kind: "discrete-gaussian"; readonly sigma: number; readonly sensitivity: number }
  /** (rho, xi)-zero-concentrated: the Rényi divergence of every order alpha is at most xi + rho alpha. */
  | { readonly kind: "zcdp"; readonly rho: number; readonly xi: number }
  /** One of `buckets` values; with probability `noise` replaced by a uniform one of all of them. */
  | { readonly kind: "randomized-response"; readonly noise: number; readonly buckets: number }
  /** The exponential mechanism, calibrated to be `epsilon`-private (and so `epsilon`-bounded-range). */
  | { readonly kind: "exponential"; readonly epsilon: number }
  /** Permute-and-flip, calibrated to be `epsilon`-private. */
  | { readonly kind: "permute-and-flip"; readonly epsilon: number }
  /** Any mechanism of which only (epsilon, delta) is known; delta 0 is pure. */
  | { readonly kind: "epsilon-delta"; readonly epsilon: number; readonly delta: number }
  /** `event` on a sample that each privacy unit joins by itself with `probability`; the sample stays secret. */
  | { readonly kind: "poisson-sampled"; readonly probability: number; readonly event: PrivacyEvent }
  /** `event` on `sampleSize` of `sourceSize` units, drawn uniformly without replacement. */
  | {
      readonly kind: "sampled-without-replacement";
      readonly sourceSize: number;
      readonly sampleSize: number;
      readonly event: PrivacyEvent;
    }
  /** `event` on `sampleSize` draws, each uniform among `sourceSize` units. */
  | {
      readonly kind: "sampled-with-replacement";
      readonly sourceSize: number;
      readonly sampleSize: number;
      readonly event: PrivacyEvent;
    }
  /** `event`, `count` times over, each choice allowed to depend on earlier answers. */
  | { readonly kind: "self-composed"; readonly event: PrivacyEvent; readonly count: number }
  /** All of `events` on the same people. */
  | { readonly kind: "composed"; readonly events: readonly PrivacyEvent[] }
  /** Binary trees of Gaussian sums, one for each of `stepCounts` steps; a unit takes part once in each tree's epoch. */
  | {
      readonly kind: "single-epoch-tree";
      readonly noiseMultiplier: number;
      readonly stepCounts: readonly number[];
    }
  /**
   * Runs `event` a random number of times and releases the best output. The number is truncated negative binomial
   * of `shape` (0 logarithmic, 1 geometric) with `mean`, or Poisson when `shape` is "poisson". Papernot, Steinke 2022.
   */
  | {
      readonly kind: "repeat-and-select";
      readonly event: PrivacyEvent;
      readonly mean: number;
      readonly shape: number | "poisson";
    }
  /** Gaussian noise of `sigma` on a value moved by sensitivities[i] with probability probabilities[i]. */
  | {
      readonly kind: "mixture-of-gaussians";
      readonly sigma: number;
      readonly sensitivities: readonly number[];
      readonly probabilities: readonly number[];
    }
  /** A Gaussian sum over a Poisson sample, of which at most `batchSize` units, drawn uniformly, are kept. */
  | {
      readonly kind: "truncated-poisson-gaussian";
      readonly datasetSize: number;
      readonly probability: number;
      readonly batchSize: number;
      readonly noiseMultiplier: number;
    };

/** `path` names the place in the event, for example "event.probability"; never the value found there. */
export type EventProblem = {
  readonly code: "event-malformed";
  readonly path: string;
  readonly rule: string;
};

/** Deeper nesting than any real run; a bound, so that hostile text cannot exhaust the stack. */
const deepest = 64;

type Field = (value: unknown, path: string, depth: number) => EventProblem | undefined;

const positive = number("a number above zero", (x) => x > 0);
const notNegative = number("a number of at least zero", (x) => x >= 0);
const probability = number("a probability", (x) => x >= 0 && x <= 1);
const whole = number("a whole number of at least one", (x) => Number.isSafeInteger(x) && x >= 1);
const count = number("a whole number of at least zero", (x) => Number.isSafeInteger(x) && x >= 0);
const buckets = number("a whole number of at least two", (x) => Number.isSafeInteger(x) && x >= 2);
const shape = either(
  "poisson",
  number("a number above -1", (x) => x > -1),
);
const sample = { sourceSize: whole, sampleSize: whole, event: nested };

const fields: { readonly [Kind in PrivacyEvent["kind"]]: Readonly<Record<string, Field>> } = {
  none: {},
  "non-private": {},
  gaussian: { noiseMultiplier: notNegative },
  laplace: { noiseMultiplier: notNegative },
  "discrete-laplace": { rate: positive, sensitivity: whole },
  "discrete-gaussian": { sigma: notNegative, sensitivity: whole },
  zcdp: { rho: notNegative, xi: notNegative },
  "randomized-response": { noise: probability, buckets },
  exponential: { epsilon: notNegative },
  "permute-and-flip": { epsilon: notNegative },
  "epsilon-delta": { epsilon: notNegative, delta: probability },
  "poisson-sampled": { probability, event: nested },
  "sampled-without-replacement": sample,
  "sampled-with-replacement": sample,
  "self-composed": { event: nested, count },
  composed: { events: list(nested) },
  "single-epoch-tree": { noiseMultiplier: notNegative, stepCounts: list(whole) },
  "repeat-and-select": { event: nested, mean: number("a number of at least one", (x) => x >= 1), shape },
  "mixture-of-gaussians": {
    sigma: positive,
    sensitivities: list(notNegative),
    probabilities: list(probability),
  },
  "truncated-poisson-gaussian": {
    datasetSize: whole,
    probability,
    batchSize: whole,
    noiseMultiplier: notNegative,
  },
};

/**
 * Checks a value that came from anywhere (JSON.parse, a ledger, a caller) and gives it back as an event, with its
 * fields in the order of their declaration. Refuses unknown kinds and fields, NaN, infinity, negative noise. Never throws.
 */
export function eventFrom(value: unknown): Result<PrivacyEvent, EventProblem> {
  const problem = nested(value, "event", 0) ?? consistent(value as PrivacyEvent);
  return problem === undefined ? ok(canonical(value as PrivacyEvent)) : err(problem);
}

/** Reads what `printEvent` wrote. Never throws. */
export function parseEvent(text: string): Result<PrivacyEvent, EventProblem> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err({ code: "event-malformed", path: "event", rule: "must be JSON" });
  }
  return eventFrom(value);
}

/** One line of JSON, the same for equal events. */
export function printEvent(event: PrivacyEvent): string {
  return JSON.stringify(canonical(event));
}

/** The relations that PLD, RDP and the others know, parsed at the door. */
export function parseRelation(text: string): NeighbouringRelation | undefined {
  return text === "add-or-remove-one" || text === "replace-one" || text === "replace-special"
    ? text
    : undefined;
}

function nested(value: unknown, path: string, depth: number): EventProblem | undefined {
  if (depth > deepest) return malformed(path, "must not be nested deeper than 64");
  if (typeof value !== "object" || value === null) return malformed(path, "must be an event");
  const kind = (value as { readonly kind?: unknown }).kind;
  if (typeof kind !== "string" || !Object.hasOwn(fields, kind))
    return malformed(path, "must be of a known kind");
  const wanted = fields[kind as PrivacyEvent["kind"]];
  for (const name of Object.keys(value)) {
    if (name !== "kind" && !Object.hasOwn(wanted, name)) return malformed(path, "must have no other fields");
  }
  for (const [name, check] of Object.entries(wanted)) {
    const problem = check((value as Record<string, unknown>)[name], `${path}.${name}`, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The rules that bind two fields together. */
function consistent(event: PrivacyEvent, path = "event"): EventProblem | undefined {
  switch (event.kind) {
    case "composed":
      for (const [i, each] of event.events.entries()) {
        const problem = consistent(each, `${path}.events[${i}]`);
        if (problem !== undefined) return problem;
      }
      return undefined;
    case "sampled-without-replacement":
      if (event.sampleSize > event.sourceSize)
        return malformed(`${path}.sampleSize`, "must not exceed the source");
      return consistent(event.event, `${path}.event`);
    case "mixture-of-gaussians": {
      const total = event.probabilities.reduce((sum, each) => sum + each, 0);
      if (event.sensitivities.length !== event.probabilities.length || Math.abs(total - 1) > 1e-9)
        return malformed(`${path}.probabilities`, "must be one for each sensitivity and add up to one");
      return undefined;
    }
    case "poisson-sampled":
    case "sampled-with-replacement":
    case "self-composed":
    case "repeat-and-select":
      return consistent(event.event, `${path}.event`);
    default:
      return undefined;
  }
}

function canonical(event: PrivacyEvent): PrivacyEvent {
  const made: Record<string, unknown> = { kind: event.kind };
  for (const name of Object.keys(fields[event.kind])) {
    const value = (event as unknown as Record<string, unknown>)[name];
    if (name === "event") made[name] = canonical(value as PrivacyEvent);
    else if (name === "events") made[name] = (value as PrivacyEvent[]).map(canonical);
    else made[name] = Array.isArray(value) ? [...value] : value;
  }
  return made as PrivacyEvent;
}

function number(rule: string, holds: (x: number) => boolean): Field {
  return (value, path) =>
    typeof value === "number" && Number.isFinite(value) && holds(value)
      ? undefined
      : malformed(path, `must be ${rule}`);
}

function either(word: string, otherwise: Field): Field {
  return (value, path, depth) => (value === word ? undefined : otherwise(value, path, depth));
}

function list(each: Field): Field {
  return (value, path, depth) => {
    if (!Array.isArray(value)) return malformed(path, "must be a list");
    for (const [i, item] of value.entries()) {
      const problem = each(item, `${path}[${i}]`, depth);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

function malformed(path: string, rule: string): EventProblem {
  return { code: "event-malformed", path, rule };
}
