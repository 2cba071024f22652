// A run as a person describes it on the command line, in the events that accountants add up.

import { readFile } from "node:fs/promises";
import {
  describeRun,
  eventFrom,
  type NeighbouringRelation,
  type PrivacyEvent,
  parseRelation,
} from "@unseen/privacy";
import { failedBy, usageFailure } from "../shell/failure.ts";

export type DescribedAccount = {
  readonly title: string;
  readonly relation: NeighbouringRelation;
  readonly delta: number;
  /** The events after a share of the run from 0 to 1; all of it at 1. */
  eventsAt(share: number): readonly PrivacyEvent[];
  /** What the shares count, and how many there are: "epochs", 15. Left out where the run has no order. */
  readonly progress?: { readonly unit: string; readonly total: number };
  /** Poisson-sampled Gaussian steps, for the central limit. */
  readonly sampledGaussian?: { readonly probability: number; readonly noise: number; readonly steps: number };
  /** What must be true of the real run for the figures to hold. */
  readonly notes: readonly string[];
};

export type Sampling = "poisson" | "fixed" | "shuffled";

export type DpSgdOptions = {
  readonly examples: number;
  readonly batch: number;
  readonly epochs: number;
  readonly sampling: Sampling;
};

export function dpSgd(options: DpSgdOptions, noise: number, delta: number): DescribedAccount {
  const { examples, batch, epochs, sampling } = options;
  if (batch > examples)
    throw usageFailure("a batch is part of the examples", "--batch is at most --examples");
  const kind = sampling === "shuffled" ? "none" : sampling;
  const at = (share: number) =>
    describeRun({ kind: "dp-sgd", examples, batch, noise, epochs: epochs * share, sampling: kind });
  const whole = at(1);
  const steps = Math.ceil((epochs * examples) / batch - 1e-9);
  return {
    title: `DP-SGD: ${examples.toLocaleString("en")} examples, batches of ${batch}, noise ${noise}, ${plural(epochs, "epoch")}, ${samplingWords[sampling]}`,
    relation: whole.relation,
    delta,
    eventsAt: (share) => at(share).events,
    progress: { unit: "epochs", total: epochs },
    ...(sampling === "poisson" ? { sampledGaussian: { probability: batch / examples, noise, steps } } : {}),
    notes: [samplingNotes[sampling]],
  };
}

const samplingWords: Readonly<Record<Sampling, string>> = {
  poisson: "each example joins each batch by lot",
  fixed: "each batch drawn anew, of one size",
  shuffled: "batches cut from a shuffled list",
};

const samplingNotes: Readonly<Record<Sampling, string>> = {
  poisson:
    "The figures hold only if each example joins each batch by an independent lot. A loop that shuffles its examples and cuts them into batches is another mechanism and can leak several times as much: --sampling shuffled.",
  fixed:
    "Replacing one example moves a clipped sum by twice the norm, so the noise counts half here; the epsilon is not comparable with one for adding or removing.",
  shuffled:
    "Nothing is taken off for the shuffling: each epoch counts as one Gaussian release, in which an example is in one batch. A neighbour has the example's gradient set to zero.",
};

const relationNote = "The relation is the one that the sensitivity was taken under.";

export function gaussianReleases(noise: number, count: number, delta: number): DescribedAccount {
  return releases("gaussian", { kind: "gaussian", noiseMultiplier: noise }, noise, count, delta);
}

/** Releases with noise of their own each, `count` times over; told in the order of the list. */
export function listOfGaussians(noises: readonly number[], count: number, delta: number): DescribedAccount {
  const all = Array.from({ length: count }, () => noises).flat();
  const at = (share: number) =>
    describeRun({
      kind: "gaussian-releases",
      noises: all.slice(0, Math.max(1, Math.round(all.length * share))),
    });
  return {
    title: `${plural(all.length, "release")} with Gaussian noise, standard deviations ${shortList(noises)} times the L2 sensitivity${count > 1 ? `, ${count} times over` : ""}`,
    relation: at(1).relation,
    delta,
    eventsAt: (share) => at(share).events,
    progress: { unit: "releases", total: all.length },
    notes: [relationNote],
  };
}

/** The first few, so that a long list still has a title. */
function shortList(noises: readonly number[]): string {
  return noises.length <= 8 ? noises.join(", ") : `${noises.slice(0, 8).join(", ")}, …`;
}

export function laplaceReleases(noise: number, count: number, delta: number): DescribedAccount {
  return releases("laplace", { kind: "laplace", noiseMultiplier: noise }, noise, count, delta);
}

function releases(
  name: "gaussian" | "laplace",
  event: PrivacyEvent,
  noise: number,
  count: number,
  delta: number,
): DescribedAccount {
  const noised = name === "gaussian" ? "Gaussian noise, standard deviation" : "Laplace noise, scale";
  const norm = name === "gaussian" ? "L2" : "L1";
  return {
    title: `${plural(count, "release")} with ${noised} ${noise} times the ${norm} sensitivity`,
    relation: "add-or-remove-one",
    delta,
    eventsAt: (share) => [{ kind: "self-composed", event, count: Math.max(1, Math.round(count * share)) }],
    ...(count > 1 ? { progress: { unit: "releases", total: count } } : {}),
    notes: [relationNote],
  };
}

/**
 * Events from a file: a list as JSON, or one a line. Each is an event, or `{ "neighbours", "event" }` as the ledger
 * keeps it, where the event may be text.
 */
export async function eventsFromFile(
  file: string,
  delta: number,
  relationText: string | undefined,
): Promise<DescribedAccount> {
  const items = parsedItems(await textOf(file));
  const asked = relationText === undefined ? undefined : relationOf(relationText);
  const events: PrivacyEvent[] = [];
  let found: NeighbouringRelation | undefined;
  for (const [at, item] of items.entries()) {
    const { event, neighbours } = unwrapped(item);
    const relation = neighbours === undefined ? undefined : relationOf(neighbours);
    if (relation !== undefined && found !== undefined && relation !== found)
      throw usageFailure(`event ${at + 1} is under another neighbouring relation than those before it`);
    found = relation ?? found;
    const parsed = eventFrom(event);
    if (!parsed.ok) throw usageFailure(`event ${at + 1}: ${parsed.problem.path} ${parsed.problem.rule}`);
    events.push(parsed.value);
  }
  if (asked !== undefined && found !== undefined && asked !== found)
    throw usageFailure(`the file's events are under ${found}`, "leave --relation out");
  return {
    title: `${plural(events.length, "event")} of ${file}`,
    relation: asked ?? found ?? "add-or-remove-one",
    delta,
    eventsAt: (share) => events.slice(0, Math.max(1, Math.round(events.length * share))),
    ...(events.length > 1 ? { progress: { unit: "events", total: events.length } } : {}),
    notes: [],
  };
}

function unwrapped(item: unknown): { readonly event: unknown; readonly neighbours?: string } {
  if (typeof item !== "object" || item === null || !("event" in item) || "kind" in item)
    return { event: item };
  const { event, neighbours } = item as { readonly event: unknown; readonly neighbours?: unknown };
  const inner = typeof event === "string" ? parsedJson(event) : event;
  // Text within text: the ledger's own form, one wrapping deeper.
  if (typeof event === "string") return unwrapped(inner);
  return typeof neighbours === "string" ? { event: inner, neighbours } : { event: inner };
}

/** The names of the ledger are taken too. */
function relationOf(text: string): NeighbouringRelation {
  const relation = parseRelation(text) ?? parseRelation(`${text}-one`);
  if (relation !== undefined) return relation;
  throw usageFailure("that is no neighbouring relation", "add-or-remove-one, replace-one or replace-special");
}

function parsedItems(text: string): readonly unknown[] {
  const whole = parsedJson(text);
  if (whole !== undefined) return Array.isArray(whole) ? whole : [whole];
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line, at) => {
    const item = parsedJson(line);
    if (item === undefined) throw usageFailure(`line ${at + 1} is not JSON`);
    return item;
  });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    throw failedBy({ code: "file-unreadable", message: `there are no events to read in ${file}` });
  }
}

function plural(count: number, word: string): string {
  return `${count.toLocaleString("en")} ${count === 1 ? word : `${word}s`}`;
}
