// A dataset whose answers carry no noise: the asker's whole side, and behind the door either the planner with
// its sums released as they are, or the plain rules. What the two give must be the same.

import { evaluate } from "@unseen/compute";
import { type DatasetFacts, datasetFacts, type Plan, planAnswer } from "@unseen/privacy";
import { type Program, parseCard, plainTensor } from "@unseen/program";
import { GridClient, type RemoteDataset } from "unseen";
import { FakeNode, fakeDataset } from "../packages/client/src/testing/fake-node.ts";
import { answerWithoutNoise } from "../packages/privacy/src/testing/answer-without-noise.ts";
import { drawnRank } from "../packages/privacy/src/testing/random-datasets.ts";

export type Column =
  | { readonly type: "number" | "integer"; readonly bounds: readonly [number, number] }
  | { readonly type: "category"; readonly categories: readonly string[] };

export type World = {
  readonly dataset: RemoteDataset;
  /** How each question was planned, in order. */
  readonly plans: Plan[];
};

type Rows = Readonly<Record<string, readonly number[]>>;

/** "planned": the exact sums of the plan. "plain": the program as it is, with no privacy at all. */
export async function worldOf(
  schema: Readonly<Record<string, Column>>,
  rows: Rows,
  {
    answered = "planned",
    people,
    unit = people === undefined ? "each row is a person" : "id names the person, at most 5 rows each",
  }: { answered?: "planned" | "plain"; unit?: string; people?: readonly string[] } = {},
): Promise<World> {
  const columns = new Map(Object.keys(schema).map((name) => [name, Float64Array.from(rows[name] ?? [])]));
  const count = [...columns.values()][0]!.length;
  const facts = factsOf(schema, people === undefined ? "row" : { column: "id", mostRowsEach: 5 });
  const plans: Plan[] = [];
  const answer = (program: Program) => {
    const plan = planAnswer(program, facts);
    if (!plan.ok) throw new Error(plan.problem.message);
    plans.push(plan.value);
    const whose = people && { whose: people, rank: drawnRank };
    if (answered === "planned") return answerWithoutNoise(plan.value, columns, count, whose);
    const inputs = new Map([...columns].map(([name, data]) => [name, plainTensor([count], data)]));
    const plain = evaluate(program, inputs);
    if (!plain.ok) throw new Error(plain.problem.message);
    return plain.value;
  };
  const described = Object.entries(schema).map(([name, column]) =>
    column.type === "category"
      ? { name, type: column.type, categories: column.categories }
      : { name, type: column.type, least: column.bounds[0], greatest: column.bounds[1] },
  );
  const fake = fakeDataset("people", { columns: described, answer, privacyUnit: unit });
  const grid = await GridClient.connect({
    url: "http://localhost:7700",
    username: "atrask",
    password: "right",
    transport: () => new FakeNode([fake]).transport(),
  });
  return { dataset: (await grid.search())[0]!, plans };
}

function factsOf(schema: Readonly<Record<string, Column>>, unit: unknown): DatasetFacts {
  const card = parseCard({
    name: "people",
    description: "",
    tags: [],
    columns: schema,
    unit,
    people: { isPublic: false, band: [10, 1000] },
    budget: { epsilon: 10, delta: 1e-6 },
  });
  if (!card.ok) throw new Error(card.problem.message);
  return datasetFacts(card.value, undefined);
}

/** All the numbers of an answer, in order. */
export function flat(nested: unknown): readonly number[] {
  return Array.isArray(nested) ? nested.flatMap(flat) : [nested as number];
}
