// Teachers as plain data, and what they come to: the same on the thread that prices them and on the one that runs them. It holds
// nothing of the rows but what the card makes public.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { bytesOnWasm, workOf } from "@unseen/compute";
import {
  areFeatures,
  learntNumbers,
  optimizerOf,
  type PatePromised,
  planTeachers,
  rowsAtOnce,
  type TeachersOptions,
  type TeachersPlan,
} from "@unseen/learning";
import { describeRun, type PrivacyEvent } from "@unseen/privacy";
import { floatsFromBytes, type TeachingRecipe, wireLimits } from "@unseen/wire";
import { type LaidOutModel, layOutModel, type SetupOf } from "./lay-out-model.ts";
import { withinPolicy } from "./training-policy.ts";
import { callWork } from "./training-setup.ts";

export type TeachingSetup = SetupOf<TeachingRecipe>;

export type LaidOutTeaching = LaidOutModel & {
  /** Public, one line after the other. */
  readonly queries: Float32Array;
  readonly queryCount: number;
  readonly options: TeachersOptions;
  readonly plan: TeachersPlan;
};

export type PricedTeaching = {
  readonly promise: PatePromised;
  /** For any accountant, whatever the votes. */
  readonly event: PrivacyEvent;
  readonly teachers: number;
  readonly queries: number;
  /** Classes. */
  readonly outputs: number;
  /** Of one teacher. */
  readonly parameters: number;
  /** Of all teachers and their votes, as `workOf` counts, from public numbers. */
  readonly work: number;
  /** Of one teacher, twice as large as most, whose whole time one person may change, and of telling one vote more in each query. */
  readonly workEachPerson: number;
  readonly bytes: number;
};

/** Each refusal follows from the recipe and the card. */
export function layOutTeaching(setup: TeachingSetup): Result<LaidOutTeaching, Problem> {
  const model = layOutModel(setup, "cross-entropy");
  if (!model.ok) return model;
  const { recipe, delta, relation, unitInWords } = setup;
  const { features, network } = model.value;
  const queries = floatsFromBytes(recipe.queries);
  const queryCount = queries.length / features.width;
  if (!areFeatures(features, queries))
    return err(
      problem(
        "training-invalid",
        `queries are rows of ${features.width} numbers, finite, and places where the columns are places`,
        { hint: "as the columns of the examples become" },
      ),
    );
  if (queryCount > wireLimits.queries)
    return err(
      problem("training-too-large", `teachers answer at most ${wireLimits.queries} queries in one call`),
    );
  const { teachers, aggregator, telling, teaching } = recipe;
  const options: TeachersOptions = {
    teachers,
    aggregator,
    delta,
    ...(telling === undefined ? {} : { telling }),
    teaching: { ...teaching, optimizer: optimizerOf(teaching.optimizer) },
  };
  const plan = planTeachers(network, options, queryCount, { unit: unitInWords, relation });
  return plan.ok ? ok({ ...model.value, queries, queryCount, options, plan: plan.value }) : plan;
}

/** A draw of noise on one count: ten microseconds. */
const drawWork = 3_000;
/** To begin with one teacher: its program is made and laid out. */
const beginWork = 3e6;
/** An optimiser, of each number that is learnt. */
const moveWork = 20;
/** Bytes of a count of votes, as a list keeps it. */
const voteBytes = 16;
/** To tell agreement, of each query: 15 milliseconds, and as many steps as there are teachers, each over all options (2026-11). */
const tellingWork = 5e6;
const tellingStep = (options: number) => 2_000 + 300 * options;
/** Steps that one vote more or less takes, with room. */
const stepsOfVote = 4;

export function priceTeaching(setup: TeachingSetup): Result<PricedTeaching, Problem> {
  const laid = layOutTeaching(setup);
  if (!laid.ok) return laid;
  const { network, queryCount, plan } = laid.value;
  const { teachers, telling } = setup.recipe;
  const parameters = learntNumbers(network);
  const bytes = bytesOf(setup, laid.value);
  if (!bytes.ok) return bytes;
  const rows = setup.peopleAtMost * setup.rowsEach;
  const each = (part: number) => teacherWork(setup, laid.value, parameters, part);
  const { outputs } = network;
  const steps = (count: number) => (telling === undefined ? 0 : queryCount * count * tellingStep(outputs));
  const drawn = queryCount * ((outputs + 1) * drawWork + (telling === undefined ? 0 : tellingWork));
  const work = teachers * each(rows / teachers) + drawn + steps(teachers);
  const allowed = withinPolicy(setup.policy, { parameters, work, bytes: bytes.value });
  if (!allowed.ok) return allowed;
  const { promised, votes } = plan.priced;
  const { epsilon, delta } = promised;
  return ok({
    promise: promised,
    // What telling agreement loses has one order alone, so the whole is known as an (epsilon, delta).
    event:
      telling === undefined
        ? { kind: "composed", events: describeRun(votes.run).events }
        : { kind: "epsilon-delta", epsilon, delta },
    teachers,
    queries: queryCount,
    outputs: network.outputs,
    parameters,
    work,
    workEachPerson: each(Math.min(rows, (2 * rows) / teachers + setup.rowsEach)) + steps(stepsOfVote),
    bytes: bytes.value,
  });
}

/** Of one teacher with so many rows, and of its votes. */
function teacherWork(
  { recipe }: TeachingSetup,
  { queryCount, plan }: LaidOutTeaching,
  parameters: number,
  part: number,
): number {
  const { epochs, batch } = recipe.teaching;
  const { step, units } = plan.steps;
  const runWork = workOf(step.program) + callWork * step.program.nodes.length;
  // Neither the last batch of an epoch nor the last run of a batch is full; a batch beyond the part is the part.
  const batches = epochs * (part / batch + 1) + 1;
  const runs = (epochs * part) / units.count + 2 * batches;
  const learning = runs * runWork + batches * moveWork * parameters;
  const voteWork = workOf(plan.voting) + callWork * plan.voting.nodes.length;
  return beginWork + learning + Math.ceil(queryCount / rowsAtOnce) * voteWork;
}

/** Of the programs, of all rows that there may be as they are read, laid out, and once more at one teacher, and of queries and votes. */
function bytesOf(
  { peopleAtMost, rowsEach }: TeachingSetup,
  { features, network, queries, queryCount, plan }: LaidOutTeaching,
): Result<number, Problem> {
  const learning = bytesOnWasm(plan.steps.step.program);
  if (!learning.ok) return learning;
  const voting = bytesOnWasm(plan.voting);
  if (!voting.ok) return voting;
  const { width } = features;
  const eachRow = 2 * (8 * (features.features.length + 1) + 4) + 4 * (3 * width + network.outputs + 3);
  const asked = queries.length * 4 * 3 + queryCount * network.outputs * (voteBytes + 4);
  return ok(learning.value + voting.value + peopleAtMost * rowsEach * eachRow + asked);
}
