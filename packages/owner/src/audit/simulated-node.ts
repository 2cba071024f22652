// A node that holds people who do not exist, made of the parts that serve real ones: planner, exact sums, mechanisms,
// and a ledger of its own in memory, with the caps under audit. What it has and an owner's node has not is a way in
// for predictable randomness, for tests.

import { type Entropy, invariant, type Problem, Secret } from "@unseen/base";
import {
  attoDeltaOf,
  type DatasetFacts,
  datasetFacts,
  exactSums,
  type Measurement,
  measurementFor,
  nanoEpsilonOf,
  type Offer,
  type Plan,
  type Price,
  planAnswer,
  priceOf,
  type SumQuestion,
  sumsOfStage,
} from "@unseen/privacy";
import type { Card, PlainTensor, Program } from "@unseen/program";
import { BudgetPolicy, type Caps, type Ledger, sqliteLedger } from "../ledger/index.ts";
import { Store } from "../store/index.ts";
import { Dice } from "./dice.ts";
import { PredictableStream } from "./predictable-stream.ts";
import type { SyntheticPerson } from "./synthetic-people.ts";
import { type BoundedRows, takeIn } from "./take-in.ts";

/** The parts that an audit looks through to; a test breaks one and sees it caught. */
export type NodeParts = {
  readonly takeIn: (card: Card, people: readonly SyntheticPerson[], entropy: Entropy) => Promise<BoundedRows>;
  readonly measurementFor: (price: Price, question: SumQuestion) => Measurement;
  readonly ledger: (ports: ConstructorParameters<typeof BudgetPolicy>[0]) => Ledger;
};

export const partsThatServe: NodeParts = { takeIn, measurementFor, ledger: sqliteLedger };

/** One noised sum, as an asker sees it but for the scaling: in grid units. */
export type SeenSum = { readonly question: SumQuestion; readonly steps: readonly bigint[] };

/** A line of the ledger that an attack may empty. */
export type Purse = { readonly dataset: string; asker: number; asks: number };

const stillClock = { nowMs: () => 0 };

export class SimulatedNode {
  readonly card: Card;
  readonly dice: Dice;
  readonly #entropy: Entropy;
  readonly #parts: NodeParts;
  readonly #store = Store.open(":memory:");
  readonly #ledger: Ledger;
  readonly #policy: BudgetPolicy;
  readonly #facts = new Map<number, DatasetFacts>();
  readonly #plans = new WeakMap<Program, Plan>();
  readonly #firstSums = new WeakMap<Plan, readonly SumQuestion[]>();
  readonly #exact = new WeakMap<BoundedRows, WeakMap<SumQuestion, BigInt64Array>>();
  #purses = 0;

  constructor(card: Card, randomness: Entropy | PredictableStream, parts: NodeParts = partsThatServe) {
    this.card = card;
    this.#parts = parts;
    this.#entropy =
      randomness instanceof PredictableStream
        ? { fill: (bytes) => randomness.fillPredictably(bytes) }
        : randomness;
    this.dice = new Dice(this.#entropy);
    const ports = { store: this.#store, clock: stillClock };
    this.#ledger = parts.ledger(ports);
    this.#policy = new BudgetPolicy(ports);
  }

  takeIn(people: readonly SyntheticPerson[]): Promise<BoundedRows> {
    return this.#parts.takeIn(this.card, people, this.#entropy);
  }

  /** The question as the planner cuts it; never a refusal, because audits ask what is answered. */
  plan(program: Program, peopleCount: number): Plan {
    const known = this.#plans.get(program);
    if (known !== undefined) return known;
    const plan = planAnswer(program, this.#factsFor(peopleCount));
    invariant(plan.ok, "an audit asks questions that are answered");
    this.#plans.set(program, plan.value);
    return plan.value;
  }

  #factsFor(peopleCount: number): DatasetFacts {
    const known = this.#facts.get(peopleCount);
    if (known !== undefined) return known;
    const facts = datasetFacts(this.card, this.card.people.isPublic ? peopleCount : undefined);
    this.#facts.set(peopleCount, facts);
    return facts;
  }

  /** What is asked now, given what was released before. */
  sumsOfStage(plan: Plan, stage: number, seen: readonly SeenSum[]): readonly SumQuestion[] {
    const known = stage === 0 ? this.#firstSums.get(plan) : undefined;
    if (known !== undefined) return known;
    const questions = sumsOfStage(
      plan,
      stage,
      new Map(seen.map((sum) => [sum.question.cut.node, read(sum)])),
    );
    invariant(questions.ok, "an audit's questions keep their bounds at every stage");
    if (stage === 0) this.#firstSums.set(plan, questions.value);
    return questions.value;
  }

  exactly(question: SumQuestion, rows: BoundedRows): BigInt64Array {
    const ofRows = this.#exact.get(rows) ?? new WeakMap<SumQuestion, BigInt64Array>();
    this.#exact.set(rows, ofRows);
    const known = ofRows.get(question);
    if (known !== undefined) return known;
    const sums = exactSums(question.contribution, rows.columns, rows.rowCount);
    invariant(sums.ok, "a planned sum is computed");
    ofRows.set(question, sums.value);
    return sums.value;
  }

  /** Sums, noises and releases, stage by stage. Nothing is charged: `ask` charges. */
  release(plan: Plan, offer: Offer, rows: BoundedRows): readonly SeenSum[] {
    const price = priceOf(plan, offer);
    const seen: SeenSum[] = [];
    for (let stage = 0; stage < plan.stages; stage++) {
      for (const question of this.sumsOfStage(plan, stage, seen)) {
        const measurement = this.#parts.measurementFor(price, question);
        const exact = Secret.of(this.exactly(question, rows));
        seen.push({ question, steps: measurement.release(exact, this.#entropy).value });
      }
    }
    return seen;
  }

  /** A fresh lifetime line with these caps. */
  async purse(caps: Caps): Promise<Purse> {
    const dataset = `audit ${this.#purses++}`;
    await this.#policy.setBudget(dataset, caps);
    return { dataset, asker: 0, asks: 0 };
  }

  /**
   * Asks under a fresh id and is charged, or `undefined` once nothing is left. An attacker has as many accounts as
   * they like: where one has spent their allotment, the next goes on.
   */
  async ask(
    purse: Purse,
    program: Program,
    offer: Offer,
    rows: BoundedRows,
  ): Promise<readonly SeenSum[] | undefined> {
    const plan = this.plan(program, rows.peopleCount);
    if (!(await this.#charged(purse, priceOf(plan, offer)))) return undefined;
    return this.release(plan, offer, rows);
  }

  async #charged(purse: Purse, price: Price): Promise<boolean> {
    for (const asker of [purse.asker, purse.asker + 1]) {
      const refusal = await this.#charge(purse, asker, price);
      if (refusal === undefined) {
        purse.asker = asker;
        return true;
      }
      if (refusal.code === "budget-exhausted") return false;
      invariant(refusal.code === "allotment-exhausted", "a throw-away ledger refuses nothing but budgets");
    }
    return false;
  }

  async #charge(purse: Purse, asker: number, price: Price): Promise<Problem | undefined> {
    const charged = await this.#ledger.charge({
      asker: `asker ${asker}`,
      askId: `${purse.dataset} ask ${purse.asks++}`,
      datasets: [purse.dataset],
      questionHash: "audit",
      epsilon: price.epsilon,
      delta: price.delta,
      event: JSON.stringify(price.events),
    });
    return charged.ok ? undefined : charged.problem;
  }

  close(): void {
    this.#store.close();
  }
}

/** Grid steps as the numbers that they stand for. */
export function read({ question, steps }: SeenSum): PlainTensor {
  const { grid, shape } = question.contribution;
  return { shape, data: Float64Array.from(steps, (step, at) => Number(step) * 2 ** grid.exponent[at]!) };
}

/** The first number of the first sum. */
export function firstNumber(seen: readonly SeenSum[]): number {
  return read(seen[0]!).data[0]!;
}

/** An offer from plain numbers, epsilon to the billionth below. */
export function offerOf(epsilon: number, delta = 0): Offer {
  const nanos = nanoEpsilonOf(BigInt(Math.floor(epsilon * 1e9 + 1e-3)));
  return delta === 0
    ? { kind: "pure", epsilon: nanos }
    : { kind: "approximate", epsilon: nanos, delta: attoDeltaOf(BigInt(Math.floor(delta * 1e18))) };
}
