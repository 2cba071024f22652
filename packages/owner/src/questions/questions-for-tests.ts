import { err, ok, platformEntropy, problem, Secret } from "@unseen/base";
import { type Columns, exactSums, type Texts } from "@unseen/privacy";
import { type Card, type Expression, type Program, parseCard, programOf } from "@unseen/program";
import type { AskedQuestion } from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import { openLedger, wholeEpsilon } from "../ledger/ledger-for-tests.ts";
import type { Store } from "../store/index.ts";
import type { QuestionPorts, SumEngine } from "./ports.ts";

export const clinicCard: Card = cardOf({
  name: "clinic",
  description: "Blood pressure of patients",
  tags: ["#clinic"],
  columns: {
    bp: { type: "number", unit: "mmHg", bounds: [60, 140] },
    sex: { type: "category", categories: ["f", "m"] },
  },
  unit: "row",
  people: { isPublic: false, band: [10, 1000] },
  budget: { epsilon: 10, delta: 1e-6 },
  mock: [
    { bp: 90, sex: "f" },
    { bp: 110, sex: "m" },
  ],
});

export function cardOf(json: unknown): Card {
  const card = parseCard(json);
  if (!card.ok) throw new Error(card.problem.message);
  return card.value;
}

export const people = 200;
export const clinicColumns: Columns = new Map([
  ["bp", Float64Array.from({ length: people }, (_, at) => 70 + (at % 60))],
  ["sex", Float64Array.from({ length: people }, (_, at) => at % 2)],
]);

/** Counts how often rows were read, and fails on request. */
export class OracleEngine implements SumEngine {
  reads = 0;
  isBroken = false;
  readonly columns: Columns;

  constructor(columns: Columns) {
    this.columns = columns;
  }

  async sums(...[, contribution]: Parameters<SumEngine["sums"]>): ReturnType<SumEngine["sums"]> {
    this.reads += 1;
    if (this.isBroken) return err(problem("answer-not-computed", "the engine failed"));
    const [first] = this.columns.values();
    const sums = exactSums(contribution, this.columns, first?.length ?? 0);
    if (!sums.ok) return err(problem("answer-not-computed", "the engine failed"));
    return ok(Secret.of(sums.value));
  }

  /** Each row is a person. */
  async peopleOfKeys(
    ...[, keys]: Parameters<SumEngine["peopleOfKeys"]>
  ): ReturnType<SumEngine["peopleOfKeys"]> {
    this.reads += 1;
    if (this.isBroken) return err(problem("answer-not-computed", "the engine failed"));
    const sizes = new Map<string, bigint>();
    for (const text of (this.columns.get(keys.column) ?? []) as Texts)
      if (text !== null) sizes.set(text, (sizes.get(text) ?? 0n) + 1n);
    return ok(Secret.of(sizes));
  }
}

export const ada = { id: "acct_1", name: "ada", role: "researcher" } as unknown as Caller;

export async function questionPorts(
  store: Store,
  engine: SumEngine,
  card = clinicCard,
): Promise<QuestionPorts> {
  const { ledger, policy } = openLedger(store);
  await policy.setBudget(card.name, { cap: wholeEpsilon(card.budget.epsilon) });
  return {
    nodeId: "node_test",
    datasets: {
      find: async (name) =>
        name === card.name ? { card, snapshot: "none", peopleCount: people } : undefined,
      all: async () => [],
    },
    ledger,
    engine,
    entropy: platformEntropy(globalThis.crypto),
    clock: { nowMs: () => 1_800_000_000_000 },
    slots: { next: async () => undefined },
  };
}

const column = (name: string): Expression => ({ node: { kind: "input", name, shape: ["rows"] } });

export function operation(name: string, inputs: readonly Expression[], attributes = {}): Expression {
  return { node: { kind: "operation", operation: name, inputs, attributes } };
}

export function number(value: number): Expression {
  return { node: { kind: "constant", value: { shape: [], data: Float64Array.of(value) } } };
}

export function programOn(...outputs: readonly Expression[]): Program {
  const program = programOf(outputs);
  if (!program.ok) throw new Error(program.problem.message);
  return program.value;
}

export const bp = column("bp");
export const meanBp = programOn(operation("ReduceMean", [bp]));

export function asking(program: Program, more: Partial<AskedQuestion> = {}): AskedQuestion {
  return { askId: "ask-00001", dataset: "clinic", program, offer: { epsilon: "1" }, ...more };
}
