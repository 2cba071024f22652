// Programs put together blindly: whatever is well formed is planned or refused, and never breaks anything.

import { Secret } from "@unseen/base";
import {
  type Attributes,
  makeProgram,
  operations,
  type PlainTensor,
  type ProgramNode,
} from "@unseen/program";
import { expect, test } from "vitest";
import { attoDeltaOf } from "../budget/atto-delta.ts";
import { nanoEpsilonOf } from "../budget/nano-epsilon.ts";
import type { Offer } from "../budget/offer.ts";
import { plainRelease } from "../testing/answer-without-noise.ts";
import { boundedColumns, randomDataset, randomNeighbours } from "../testing/random-datasets.ts";
import { type RandomStream, randomStream } from "../testing/random-stream.ts";
import { seededEntropy } from "../testing/seeded-entropy.ts";
import { exactSums } from "./exact-sums.ts";
import { expectFinish, releaseCut } from "./finish.ts";
import { type Plan, planAnswer } from "./plan-answer.ts";
import { mechanismFor, priceOf } from "./price.ts";
import { type SumQuestion, sumsOfStage } from "./stage.ts";

const programs = 4_000;
const epsilon = nanoEpsilonOf(500_000_000n);
const offers: readonly Offer[] = [
  { kind: "pure", epsilon },
  { kind: "approximate", epsilon, delta: attoDeltaOf(1_000_000_000_000n) },
];
const names = [...operations.keys()];

function blindNode(random: RandomStream, above: number): ProgramNode {
  const number = () => random.pick([0, 1, -1, 2, 3, -2, 0.5, 1e300, 5, -0, 2 ** 53 - 1]);
  if (random.chance(0.15)) {
    const shape = random.pick([[], [1], [2], [3], [2, 2], [0], [1, 2], [3, 0], [1, 1, 2]]);
    const size = shape.reduce((product, length) => product * length, 1);
    return { kind: "constant", value: { shape, data: Float64Array.from({ length: size }, number) } };
  }
  const operation = operations.get(random.pick(names))!;
  const attributes: Record<string, number | readonly number[]> = {};
  for (const [name, spec] of Object.entries(operation.attributes)) {
    if (spec.default !== undefined && random.chance(0.4)) continue;
    const whole = () => random.pick([0, 1, -1, 2, 3, -2, 100]);
    const one = spec.kind === "integer" || spec.kind === "integers" ? whole : number;
    attributes[name] =
      spec.kind === "integer" || spec.kind === "number"
        ? one()
        : Array.from({ length: random.whole(0, 3) }, one);
  }
  const inputs = Array.from(
    { length: operation.inputs[0] + (operation.name === "Concat" ? random.whole(0, 2) : 0) },
    () =>
      // What was made last, more often than not: depth finds more than breadth.
      random.chance(0.5) ? above - 1 : random.whole(0, above - 1),
  );
  return { kind: "operation", operation: operation.name, inputs, attributes: attributes as Attributes };
}

function blindProgram(random: RandomStream, columns: readonly string[]) {
  const nodes: ProgramNode[] = columns.map((name) => ({ kind: "input", name, shape: ["rows"] }));
  const size = nodes.length + random.whole(1, 10);
  for (let attempt = 0; attempt < 60 && nodes.length < size; attempt++) {
    const node = blindNode(random, nodes.length);
    if (makeProgram({ nodes: [...nodes, node], outputs: [0] }).ok) nodes.push(node);
  }
  const program = makeProgram({ nodes, outputs: [nodes.length - 1] });
  if (!program.ok) throw new Error(program.problem.message);
  return program.value;
}

test("whatever is well formed is planned or refused with a code and a sentence", () => {
  const outcomes = new Map<string, number>();
  for (let seed = 0; seed < programs; seed++) {
    const random = randomStream(seed);
    const dataset = randomDataset(random);
    const plan = planAnswer(blindProgram(random, [...dataset.columns.keys()]), dataset);
    const outcome = plan.ok
      ? `planned, ${plan.value.cuts.length === 0 ? "free" : "priced"}`
      : plan.problem.code;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (plan.ok) walk(random, plan.value);
    else expect(plan.problem.message.length, plan.problem.message).toBeLessThan(400);
  }
  for (const outcome of ["planned, free", "planned, priced", "no-rule", "rows-exposed", "bounds-unknown"])
    expect(outcomes.get(outcome), `${outcome} of ${JSON.stringify([...outcomes])}`).toBeGreaterThan(20);
});

/** From the price over every stage to the expected answer. A refusal on the way is one more outcome. */
function walk(random: RandomStream, plan: Plan): void {
  const price = priceOf(plan, random.pick(offers));
  expect(price.events.length).toBe(plan.cuts.length);
  const people = randomNeighbours(random, plan.dataset).before;
  const rows = boundedColumns(plan.dataset, random.chance(0.2) ? [] : people);
  const released = new Map<number, PlainTensor>();
  const asked: SumQuestion[] = [];
  for (let stage = 0; stage < plan.stages; stage++) {
    const questions = sumsOfStage(plan, stage, released);
    if (!questions.ok) return;
    for (const question of questions.value) {
      asked.push(question);
      const { contribution, cut } = question;
      const mechanism = mechanismFor(price, question);
      const sums = exactSums(contribution, rows.columns, rows.rowCount, rows.people);
      if (!sums.ok) throw new Error(`a planned sum was refused: ${sums.problem.message}`);
      const own = releaseCut(question, mechanism, Secret.of(sums.value), seededEntropy(1)).value;
      const facts = plan.typical[cut.node]!;
      expect(own.value.shape).toEqual(facts.kind === "public" && facts.value.shape);
      released.set(cut.node, plainRelease(question, sums.value));
    }
  }
  if (random.chance(0.1))
    expectFinish(plan, asked, (question) => mechanismFor(price, question), seededEntropy(1));
}
