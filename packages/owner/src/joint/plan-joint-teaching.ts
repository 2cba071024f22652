// Teachers at several owners as one of them sees it: whether what was said of all covers its own card, its teachers' plan, and the
// price of its noised votes. Nothing private has been read so far.

import { err, invariant, ok, type Problem, problem, type Result } from "@unseen/base";
import { digestOf } from "@unseen/crypto";
import { coversCard, epsilonAtLeast, sharedVotes } from "@unseen/privacy";
import type { AskedTeachers, ColumnDescription, SentJointFacts } from "@unseen/wire";
import { isEarlierSnapshot } from "../engine/index.ts";
import { findDataset } from "../questions/index.ts";
import {
  digestOfData,
  epsilonCharged,
  eventOfTeaching,
  factsFor,
  guaranteeOfTeaching,
  outdated,
  type PricedTraining,
  type TrainingPorts,
  type TrainingWork,
  teachingSetupOf,
} from "../trainings/index.ts";
import { honestyInWords, severalOwnersInWords } from "./joint-guarantee.ts";

/** Counts that owners add up: each is masked and told in 16 bytes. */
const mostCounts = 2 ** 17;

export type PricedTeachers = Omit<PricedTraining, "work"> & {
  readonly work: Extract<TrainingWork, { kind: "teaching" }>;
  /** Classes. */
  readonly options: number;
};

/** The same plan at every owner but for the owner's own people, and the same price. */
export async function planJointTeaching(
  { datasets, trainer, policy }: Pick<TrainingPorts, "datasets" | "trainer" | "policy">,
  asker: string,
  asked: AskedTeachers,
  me: number,
): Promise<Result<PricedTeachers, Problem>> {
  const { recipe, honestOwners, owners } = asked;
  const { kind, noise } = recipe.aggregator;
  // The event that is charged is of this kind, and what is drawn is Gaussian: the codec lets in nothing else.
  invariant(kind === "gaussian" && recipe.telling === undefined, "noised counts are added up, nothing else");
  const { dataset: name } = owners[me]!;
  const found = await findDataset(datasets, name);
  if (!found.ok) return found;
  const dataset = found.value;
  if (isEarlierSnapshot(dataset.snapshot)) return err(outdated(name));
  const { people } = dataset.card;
  const covered = coversCard(asked.facts, dataset.card, { greatest: people.isPublic ? 0 : people.band[1] });
  if (!covered.ok) return covered;
  const own = factsFor(dataset, recipe, policy);
  const declared = asked.facts.columns.map(describedAs).filter(isNamedIn(recipe));
  const laid = teachingSetupOf({ ...own, declared }, recipe);
  if (!laid.ok) return laid;
  const { setup, delta } = laid.value;
  const priced = await trainer.priceTeaching(setup, asker);
  if (!priced.ok) return priced;
  const { queries, outputs: options, teachers } = priced.value;
  if (queries * options > mostCounts)
    return err(
      problem("training-too-large", `owners add up at most ${mostCounts} counts: queries times classes`, {
        hint: "fewer queries in one call",
      }),
    );
  const { rho } = sharedVotes({ queries, options, noise, parts: honestOwners });
  const epsilon = epsilonCharged(Number(epsilonAtLeast(rho, delta)) / 1e9, "more noise, or fewer queries");
  if (!epsilon.ok) return epsilon;
  const promise = {
    ...priced.value.promise,
    epsilon: Number(epsilon.value) / 1e9,
    aggregator: `GNMax of ${owners.length} owners' counts, Gaussian noise of deviation ${noise} on ${
      honestOwners === 1 ? "each owner's" : `those of ${honestOwners} of them`
    }`,
    conversion: "zero-concentrated differential privacy",
  };
  const told = { ...priced.value, promise, teachers: teachers * owners.length };
  const guarantee = guaranteeOfTeaching(setup, told, epsilon.value, delta);
  return ok({
    dataset,
    work: { kind: "teaching", setup, priced: told },
    options,
    epsilon: epsilon.value,
    delta,
    event: eventOfTeaching(setup, priced.value),
    guarantee: `${guarantee} ${honestyInWords(asked)} Only the noised counts of all together were opened. ${severalOwnersInWords(asked)}`,
    questionHash: Buffer.from(teachersDigest(asked)).toString("hex"),
    steps: teachers,
    release: `all owners' noised counts of votes on ${queries} queries, added up; no teacher, and no owner's count`,
  });
}

/** What all owners agree on, but for which of them this is. */
export function teachersDigest({ askId, owners, honestOwners, facts, recipe }: AskedTeachers): Uint8Array {
  const text = digestOfData([askId, owners, honestOwners, facts, recipe]);
  return digestOf("unseen teachers of several owners 1", new TextEncoder().encode(text));
}

function describedAs({
  name,
  least,
  greatest,
  whole,
  categories,
}: SentJointFacts["columns"][number]): ColumnDescription {
  if (categories.length > 0) return { name, type: "category", categories };
  return { name, type: whole ? "integer" : "number", least, greatest };
}

function isNamedIn({ x, y }: AskedTeachers["recipe"]): (column: ColumnDescription) => boolean {
  const names = new Set([...x.map(({ column }) => column), y]);
  return ({ name }) => names.has(name);
}
