// PATE: Papernot and others 2017 (arXiv 1610.05755), 2018 (arXiv 1802.08908). Teachers learn from people in the open and
// never leave; they answer public queries by noised votes; a student learns from the answers, and is as public as they are.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { type SmoothedEpsilon, unanswered } from "@unseen/privacy";
import { type Examples, rowsOf, shapeOfExamples } from "../fit/examples.ts";
import { fit, type Trained } from "../fit/fit.ts";
import type { FitOptions, FitPorts } from "../fit/fit-options.ts";
import type { Layer } from "../model/layer.ts";
import { type Network, planNetwork, sizeOfShape } from "../model/network.ts";
import { ShuffledSampler } from "../sampling/shuffled-sampler.ts";
import { type AnsweredInTurn, type Asking, askInTurns } from "./ask-in-turns.ts";
import { type PatePromised, type PateRules, type PricedVotes, pricedVotes } from "./price-pate.ts";
import { type SpreadOptions, spreadLabels } from "./spread-labels.ts";
import { Teachers, type TeachingOptions } from "./teachers.ts";

/** Public examples without labels. */
export type Queries = Pick<Examples, "x" | "shape">;

export type PateOptions = Pick<PateRules, "teachers" | "aggregator" | "delta" | "telling"> & {
  readonly teaching: TeachingOptions;
  /** With an interactive aggregator: how a student takes part in the asking. */
  readonly asking?: Asking;
  /** How the student learns from the answers; a batch larger than their number is all of them. */
  readonly student: StudentOptions;
};

export type StudentOptions = TeachingOptions &
  Pick<FitOptions, "heldOut" | "patience" | "reportEvery" | "onProgress"> & {
    /**
     * Answers spread along nearest neighbours to the queries that were not answered and to further public rows `x`, and the
     * student learns from all. It costs no privacy, and time: `spreadLabels`. Left out, it learns from the answers alone.
     */
    readonly spread?: SpreadOptions & { readonly x?: Examples["x"] };
  };

export type PateRun = {
  /** Of all that is in here together, whatever the votes were. */
  readonly epsilon: PatePromised;
  /** With `telling`: what it cost the people who are there. Its `epsilonAtMost` is safe to print, and may be above `epsilon`'s. */
  readonly agreement: SmoothedEpsilon | undefined;
  /** The class that teachers gave each query, or -1 where they gave none. */
  readonly answers: readonly number[];
  readonly answered: number;
  /** Queries of which an interactive run's student keeps its own sure answer, as teachers did not disagree. */
  readonly undisputed: number;
  /** What learnt from the answers; a problem where none was given or its training failed. The answers are charged all the same. */
  readonly student: Result<Trained, Problem>;
};

/**
 * Trains teachers on `examples`, answers `queries` and trains a student, all with these layers. What comes out keeps
 * `PateRun.epsilon` for everybody whose rows the examples are: a person, or a row where they have no `people`. Every call
 * is a price of its own, and prices of several add up. Costs a plain training of each teacher, and its results on all
 * queries. How long it takes depends on the rows, and is not hidden.
 */
export async function pate(
  layers: readonly Layer[],
  examples: Examples,
  queries: Queries,
  options: PateOptions,
  ports: FitPorts,
): Promise<Result<PateRun, Problem>> {
  const ready = prepare(layers, examples, queries, options);
  if (!ready.ok) return ready;
  const { network, x, priced } = ready.value;
  const teachers = await Teachers.train(layers, network, examples, options.teachers, options.teaching, ports);
  if (!teachers.ok) return teachers;
  const asked =
    options.aggregator.kind === "interactive"
      ? await inTurns(layers, ready.value, teachers.value, options, ports)
      : await atOnce(ready.value, teachers.value, options, ports);
  if (!asked.ok) return asked;
  const { answers, labels, agreement } = asked.value;
  const given = (of: readonly number[]) => of.filter((label) => label !== unanswered).length;
  return ok({
    epsilon: priced.promised,
    agreement,
    answers,
    answered: given(answers),
    undisputed: given(labels) - given(answers),
    student: await taught(layers, network, x, labels, options.student, ports),
  });
}

type Asked = AnsweredInTurn & { readonly agreement: SmoothedEpsilon | undefined };

async function atOnce(
  { x, priced }: Ready,
  teachers: Teachers,
  { telling, delta }: PateOptions,
  ports: FitPorts,
): Promise<Result<Asked, Problem>> {
  const votes = await teachers.votesOn(x, ports);
  if (!votes.ok) return votes;
  const answers = priced.votes.answer(votes.value, ports.entropy).value;
  const agreement =
    telling && priced.votes.tellAgreement(votes.value, { ...telling, delta }, ports.entropy).value;
  return ok({ answers, labels: answers, agreement });
}

async function inTurns(
  layers: readonly Layer[],
  { network, x, priced }: Ready,
  teachers: Teachers,
  { asking = {}, student }: PateOptions,
  ports: FitPorts,
): Promise<Result<Asked, Problem>> {
  // What a student on the way is measured by, or tells, is the last one's.
  const { optimizer, epochs, batch, seed = 1 } = student;
  const teach = async (labels: readonly number[]) => {
    const trained = await taught(layers, network, x, labels, { optimizer, epochs, batch, seed }, ports);
    return trained.ok ? trained.value.weights : undefined;
  };
  const asked = await askInTurns(network, x, asking, { teachers, votes: priced.votes, teach }, ports);
  return asked.ok ? ok({ ...asked.value, agreement: undefined }) : asked;
}

type Ready = { readonly network: Network; readonly x: Float32Array; readonly priced: PricedVotes };

/** Everything that can be refused is refused here, by what is public: before a row is looked at. */
function prepare(
  layers: readonly Layer[],
  examples: Examples,
  queries: Queries,
  options: PateOptions,
): Result<Ready, Problem> {
  const shape = shapeOfExamples({ ...queries, y: [] });
  if (!shape.ok) return shape;
  const network = planNetwork(layers, shape.value);
  if (!network.ok) return network;
  const size = sizeOfShape(shape.value);
  const x = rowsOf(queries.x, size);
  const rows = rowsOf(examples.x, size);
  if (x === undefined || rows === undefined)
    return err(problem("shapes-do-not-fit", `examples and queries are rows of ${size} numbers each`));
  // Of public rows it may be said which are wrong; of private ones it is never looked at.
  if (!x.every((each) => Math.abs(each) <= 1e7))
    return err(problem("training-invalid", "a query has a number that is not finite, or beyond ten million"));
  const spread = spreadProblem(options.student.spread, size);
  if (spread !== undefined) return err(spread);
  const { y, people } = examples;
  if (y.length * size !== rows.length || (people !== undefined && people.length !== y.length))
    return err(
      problem("labels-invalid", "there is not one label, and one person where there are any, for each row"),
    );
  const schedule = [options.teaching, options.student].map(({ batch, epochs, seed = 1 }) =>
    ShuffledSampler.of({ units: batch, batch, epochs, seed }),
  );
  const unsound = schedule.find((each) => !each.ok);
  if (unsound !== undefined && !unsound.ok) return unsound;
  if (!isAsking(options))
    return err(
      problem(
        "training-invalid",
        "a student takes part in an interactive run, in one round or more, and is sure from 0 to 1",
        {
          hint: 'aggregator: { kind: "interactive", ... }, asking: { rounds: 5, confidence: 0.9 }',
        },
      ),
    );
  const { teachers, aggregator, delta, telling } = options;
  const rules = { teachers, aggregator, delta, options: network.value.outputs, queries: x.length / size };
  const priced = pricedVotes(
    telling === undefined ? rules : { ...rules, telling },
    people === undefined ? "a row" : "a person",
  );
  return priced.ok ? ok({ network: network.value, x, priced: priced.value }) : priced;
}

function isAsking({ aggregator, asking }: PateOptions): boolean {
  if (asking === undefined) return true;
  const { rounds = 1, confidence = 1 } = asking;
  const isSound = Number.isSafeInteger(rounds) && rounds >= 1 && confidence >= 0 && confidence <= 1;
  return aggregator.kind === "interactive" && isSound;
}

function spreadProblem(spread: StudentOptions["spread"], size: number): Problem | undefined {
  const { x = [], neighbours = 1 } = spread ?? {};
  if (!Number.isSafeInteger(neighbours) || neighbours < 1 || neighbours > 1_000)
    return problem("training-invalid", "labels spread to 1 to 1000 neighbours, a whole number");
  const rows = rowsOf(x, size);
  if (rows === undefined)
    return problem("shapes-do-not-fit", `the rows that labels spread to are of ${size} numbers each`);
  return rows.every((each) => Math.abs(each) <= 1e7)
    ? undefined
    : problem(
        "training-invalid",
        "a row that labels spread to has a number that is not finite, or beyond ten million",
      );
}

async function taught(
  layers: readonly Layer[],
  { shape, outputs }: Network,
  x: Float32Array,
  answers: readonly number[],
  options: StudentOptions,
  ports: FitPorts,
): Promise<Result<Trained, Problem>> {
  const size = sizeOfShape(shape);
  const known = answers.flatMap((answer, query) => (answer === unanswered ? [] : [query]));
  if (known.length === 0)
    return err(
      problem("training-invalid", "no query was answered, so there is nothing to learn from", {
        hint: "a lower threshold, or more teachers",
      }),
    );
  const { spread, ...rest } = options;
  const learnt = spread === undefined ? ok({ x, labels: answers }) : await spreadTo(spread);
  if (!learnt.ok) return learnt;
  const { x: rows, labels } = learnt.value;
  const usable = labels.flatMap((label, row) => (label === unanswered ? [] : [row]));
  const own = new Float32Array(usable.length * size);
  for (const [at, row] of usable.entries()) own.set(rows.subarray(row * size, (row + 1) * size), at * size);
  const examples = { x: own, y: usable.map((row) => labels[row]!), shape };
  return fit(layers, examples, { ...rest, batch: Math.min(options.batch, usable.length) }, ports);

  async function spreadTo({ x: more = [], ...how }: NonNullable<StudentOptions["spread"]>) {
    const further = rowsOf(more, size)!;
    const all = new Float32Array(x.length + further.length);
    all.set(x);
    all.set(further, x.length);
    const toFind = new Array<number>(further.length / size).fill(unanswered);
    const labels = await spreadLabels(all, size, [...answers, ...toFind], outputs, ports.backend, how);
    return labels.ok ? ok({ x: all, labels: labels.value }) : labels;
  }
}
