// PATE: Papernot and others 2017 (arXiv 1610.05755), 2018 (arXiv 1802.08908). Teachers learn from people in the open and
// never leave; they answer public queries by noised votes; a student learns from the answers, and is as public as they are.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { type SmoothedEpsilon, unanswered } from "@unseen/privacy";
import { type Examples, rowsOf, shapeOfExamples } from "../fit/examples.ts";
import type { Trained } from "../fit/fit.ts";
import type { FitPorts } from "../fit/fit-options.ts";
import type { Layer } from "../model/layer.ts";
import { type Network, planNetwork, sizeOfShape } from "../model/network.ts";
import { type AnsweredInTurn, type Asking, askInTurns } from "./ask-in-turns.ts";
import { planTeachers, type TeachersOptions } from "./plan-teachers.ts";
import type { PatePromised, PricedVotes } from "./price-pate.ts";
import { checkStudent, queriesOf, type StudentOptions, studentOf } from "./student.ts";
import { Teachers, type TeachersOf, votesOfTeachers } from "./teachers.ts";

/** Public examples without labels. */
export type Queries = Pick<Examples, "x" | "shape">;

export type PateOptions = TeachersOptions & {
  /** With an interactive aggregator: how a student takes part in the asking. */
  readonly asking?: Asking;
  /** How the student learns from the answers. */
  readonly student: StudentOptions;
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
  const { teachers, network, x, priced } = ready.value;
  const asked =
    options.aggregator.kind === "interactive"
      ? await inTurns(ready.value, options, ports)
      : await answersOf(teachers, x, priced, options, ports);
  if (!asked.ok) return asked;
  const { answers } = asked.value;
  const labels = "labels" in asked.value ? asked.value.labels : answers;
  const given = (of: readonly number[]) => of.filter((label) => label !== unanswered).length;
  return ok({
    epsilon: priced.promised,
    agreement: "agreement" in asked.value ? asked.value.agreement : undefined,
    answers,
    answered: given(answers),
    undisputed: given(labels) - given(answers),
    student: await studentOf(layers, network, x, labels, options.student, ports),
  });
}

/** All that teachers give away of themselves. */
export type Answers = {
  /** The class that teachers gave each query, or -1 where they gave none. */
  readonly answers: readonly number[];
  readonly agreement: SmoothedEpsilon | undefined;
};

/** Trains teachers and answers public `x` by their noised votes: what comes out has the price of `priced`, which it uses up. */
export async function answersOf(
  teachers: TeachersOf,
  x: Float32Array,
  { votes }: PricedVotes,
  { telling, delta }: Pick<TeachersOptions, "telling" | "delta">,
  ports: FitPorts,
  onTaught?: (teachers: number) => void,
): Promise<Result<Answers, Problem>> {
  const counted = await votesOfTeachers(teachers, x, ports, onTaught);
  if (!counted.ok) return counted;
  const answers = votes.answer(counted.value, ports.entropy).value;
  const agreement = telling && votes.tellAgreement(counted.value, { ...telling, delta }, ports.entropy).value;
  return ok({ answers, agreement });
}

async function inTurns(
  { teachers: of, network, x, priced }: Ready,
  { asking = {}, student }: PateOptions,
  ports: FitPorts,
): Promise<Result<AnsweredInTurn, Problem>> {
  // What a student on the way is measured by, or tells, is the last one's.
  const { optimizer, epochs, batch, seed = 1 } = student;
  const teach = async (labels: readonly number[]) => {
    const own = { optimizer, epochs, batch, seed };
    const trained = await studentOf(of.layers, network, x, labels, own, ports);
    return trained.ok ? trained.value.weights : undefined;
  };
  const teachers = await Teachers.train(of, ports);
  return askInTurns(network, x, asking, { teachers, votes: priced.votes, teach }, ports);
}

type Ready = {
  readonly teachers: TeachersOf;
  readonly network: Network;
  readonly x: Float32Array;
  readonly priced: PricedVotes;
};

/** Everything that can be refused is refused here, by what is public: before a row is looked at. */
function prepare(
  layers: readonly Layer[],
  examples: Examples,
  queries: Queries,
  options: PateOptions,
): Result<Ready, Problem> {
  const shape = shapeOfExamples({ ...queries, y: [] });
  if (!shape.ok) return shape;
  const planned = planNetwork(layers, shape.value);
  if (!planned.ok) return planned;
  const network = planned.value;
  const size = sizeOfShape(network.shape);
  const x = queriesOf(queries.x, network);
  if (!x.ok) return x;
  // Of private rows no number is looked at.
  const own = rowsOf(examples.x, size);
  if (own === undefined)
    return err(problem("shapes-do-not-fit", `the examples are rows of ${size} numbers each`));
  const { y, people } = examples;
  if (y.length * size !== own.length || (people !== undefined && people.length !== y.length))
    return err(
      problem("labels-invalid", "there is not one label, and one person where there are any, for each row"),
    );
  const student = checkStudent(options.student, network);
  if (!student.ok) return student;
  if (!isAsking(options)) return err(notAsking());
  const unit = people === undefined ? "a row" : "a person";
  const plan = planTeachers(network, options, x.value.length / size, { unit });
  if (!plan.ok) return plan;
  const rows = people === undefined ? { x: own, y } : { x: own, y, people };
  const teachers = { layers, network, rows, count: options.teachers, teaching: options.teaching };
  return ok({ teachers, network, x: x.value, priced: plan.value.priced });
}

function isAsking({ aggregator, asking }: PateOptions): boolean {
  if (asking === undefined) return true;
  const { rounds = 1, confidence = 1 } = asking;
  const isSound = Number.isSafeInteger(rounds) && rounds >= 1 && confidence >= 0 && confidence <= 1;
  return aggregator.kind === "interactive" && isSound;
}

function notAsking(): Problem<"training-invalid"> {
  return problem(
    "training-invalid",
    "a student takes part in an interactive run, in one round or more, and is sure from 0 to 1",
    { hint: 'aggregator: { kind: "interactive", ... }, asking: { rounds: 5, confidence: 0.9 }' },
  );
}
