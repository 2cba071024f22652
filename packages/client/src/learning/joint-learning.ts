// Teachers at several owners: what `joint.teach` and its price do. Each owner is asked to teach and keep its noised votes; when all
// are ready, each is asked to add them up with the others.

import { err, ok, type Problem, type Result } from "@unseen/base";
import type { PatePromised } from "@unseen/learning";
import {
  type AskedTeachers,
  type ColumnDescription,
  decodeTrainingPrice,
  encodeJointTeaching,
  type SentAnswers,
  type SentJointFacts,
  type SentProgress,
} from "@unseen/wire";
import type { DatasetPlace } from "../datasets/dataset-place.ts";
import type { Loss } from "../datasets/offer.ts";
import { isReplyLost, withAskId } from "../datasets/question-desk.ts";
import { differ, isBrokenOff, namedBy } from "../joint/joint-desk.ts";
import { entropy } from "../platform.ts";
import { randomAskId } from "../random-names.ts";
import { AskRefused, orThrow } from "../refusals/ask-refused.ts";
import { ofAnotherKind } from "./dataset-learning.ts";
import type { Model } from "./model.ts";
import { readyToTeach, studentFrom, useFor } from "./ready-to-teach.ts";
import {
  type RemoteTeachersOptions,
  type RemoteTeachOptions,
  type RemoteTeachRun,
  teachingRecipe,
} from "./remote-teach.ts";
import { numbersOf, type RowToPredict } from "./rows-to-predict.ts";
import { TaughtByOwners } from "./taught-by-owners.ts";
import { checkAnswers } from "./taught-from-owner.ts";
import { followTraining, pausesMs, stoppedHere, stopTraining } from "./training-calls.ts";
import { TrainingPrice } from "./training-price.ts";

export type OwnersTogether = {
  readonly owners: readonly (Pick<DatasetPlace, "node" | "deadlines"> & {
    readonly fingerprint: string;
    readonly dataset: string;
  })[];
  readonly facts: SentJointFacts;
  readonly honestOwners: number;
  readonly schema: readonly ColumnDescription[];
};

type Asked = Omit<AskedTeachers, "computationId" | "again" | "opens">;

export async function teachAtOwners(
  together: OwnersTogether,
  model: Model,
  queries: readonly RowToPredict[],
  options: RemoteTeachOptions & RemoteTeachRun,
): Promise<TaughtByOwners> {
  const use = orThrow(useFor(together.schema, model, options));
  const ready = orThrow(readyToTeach(use, model, queries, options));
  const asked = askedOf(together, ready.recipe, options.askId ?? randomAskId(entropy));
  const kept = orThrow(await untilAllReplied(together, asked, false, options));
  const told = kept.length > 0 ? kept : orThrow(await untilAllReplied(together, asked, true, options));
  const [first, ...others] = told;
  if (first === undefined) throw new AskRefused(differ());
  const isSame = (sent: SentAnswers) => JSON.stringify(sent.answers) === JSON.stringify(first.sent.answers);
  if (!others.every(({ sent }) => isSame(sent))) throw new AskRefused(differ());
  orThrow(checkAnswers(first.sent, queries.length, use));
  const student = await studentFrom(first.sent, ready, model, use, options.backend);
  const least = told.reduce((one, other) => (other.remaining.epsilon < one.remaining.epsilon ? other : one));
  return new TaughtByOwners([first.sent, ...others.map(({ sent }) => sent)], least.remaining, use, student);
}

/** What it costs at each owner; too much if it is at one of them. */
export async function priceOfTeachAtOwners(
  together: OwnersTogether,
  model: Model,
  queries: readonly RowToPredict[],
  options: RemoteTeachersOptions,
): Promise<TrainingPrice<PatePromised>> {
  const use = orThrow(useFor(together.schema, model, options));
  const recipe = orThrow(teachingRecipe(model, options, use, orThrow(numbersOf(use, queries))));
  const asked = sent(askedOf(together, recipe, "price-only"), false, false);
  const prices = (await pricesAt(together, asked)).map((reply) => {
    const price = orThrow(decodeTrainingPrice(orThrow(reply)));
    const { promise } = price;
    if (!("aggregator" in promise)) throw new AskRefused(ofAnotherKind());
    return { ...price, promise };
  });
  const least = prices.reduce((one, other) =>
    Number(other.remaining.epsilon) < Number(one.remaining.epsilon) ? other : one,
  );
  return new TrainingPrice({ ...least, isAffordable: prices.every(({ isAffordable }) => isAffordable) });
}

function pricesAt({ owners }: OwnersTogether, asked: AskedTeachers) {
  const request = encodeJointTeaching(asked);
  return Promise.all(
    owners.map(({ node, deadlines }) =>
      node.call(deadlines.answerDeadlineMs, ({ learning }, options) =>
        learning.priceTeachJointly(request, options),
      ),
    ),
  );
}

function askedOf(
  { owners, facts, honestOwners }: OwnersTogether,
  recipe: AskedTeachers["recipe"],
  askId: string,
): Asked {
  const places = owners.map(({ fingerprint, dataset }) => ({ fingerprint, dataset }));
  return { askId, owners: places, facts, honestOwners, recipe };
}

function sent(asked: Asked, opens: boolean, again: boolean): AskedTeachers {
  return { ...asked, opens, again, computationId: entropy.fill(new Uint8Array(32)) };
}

type Told = { readonly sent: SentAnswers; readonly remaining: Loss };

/** Where a reply was lost, again under the same name: what was charged is not charged again, and what was kept stands. */
async function untilAllReplied(
  together: OwnersTogether,
  asked: Asked,
  opens: boolean,
  { onProgress, signal }: RemoteTeachRun,
): Promise<Result<readonly Told[], Problem>> {
  for (let lost = 0; ; lost++) {
    const told = await atAll(together, sent(asked, opens, opens || lost > 0), onProgress, signal);
    if (signal?.aborted === true) {
      await Promise.all(together.owners.map((owner) => stopTraining(owner, asked.askId)));
      return err(stoppedHere(asked.askId));
    }
    if (told.ok) return told;
    const pauseMs = isReplyLost(told.problem) ? pausesMs[lost] : undefined;
    if (pauseMs === undefined)
      return isBrokenOff(told.problem) ? err(withAskId(told.problem, asked.askId)) : told;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** The answers of those owners that told them: none where votes were kept alone. */
async function atAll(
  together: OwnersTogether,
  asked: AskedTeachers,
  onProgress: RemoteTeachRun["onProgress"],
  signal: AbortSignal | undefined,
): Promise<Result<readonly Told[], Problem>> {
  // Owners wait for each other a few seconds when they meet, and the first price at a node that was just started may take longer. So
  // each has found it before; what is refused is told below.
  await pricesAt(together, asked);
  const { owners } = together;
  const request = encodeJointTeaching(asked);
  const stands: SentProgress[] = [];
  const replies = await Promise.all(
    owners.map((owner, at) =>
      followTraining(
        owner,
        ({ learning }, options) => learning.teachJointly(request, options),
        (progress) => {
          stands[at] = progress;
          onProgress?.(ofAll(stands, asked.recipe.teachers * owners.length));
        },
        signal,
      ),
    ),
  );
  const told: Told[] = [];
  const problems: Problem[] = [];
  const nodes = owners.map(({ node }) => node);
  for (const [at, reply] of replies.entries()) {
    if (!reply.ok) problems.push(namedBy(reply.problem, nodes[at]!, nodes));
    else if (reply.value !== undefined) {
      const { trained, remaining } = reply.value;
      if ("answers" in trained) told.push({ sent: trained, remaining });
      else problems.push(ofAnotherKind());
    }
  }
  // Answers have every owner's votes in them. Who broke off after that, or met nobody because others had theirs, adds nothing.
  if (problems.length === 0 || (told.length > 0 && problems.every(isBrokenOff))) return ok(told);
  // Where one refuses, the others say that it did not come.
  return err(problems.find(({ code }) => code !== "party-failed") ?? problems[0]!);
}

function ofAll(stands: readonly SentProgress[], teachers: number) {
  const known = stands.filter((each) => each !== undefined);
  return {
    taught: known.reduce((sum, { step }) => sum + step, 0),
    teachers,
    waiting: Math.max(0, ...known.map(({ waiting }) => waiting)),
  };
}
