// The ledger's tables in the home's SQLite file. Rows are looked up by key as a decision asks for them: in place, a
// look-up costs microseconds. Other processes on the same home wait for the lock.

import { given, isStoreFailure, type Prepared, queries, type Store } from "../store/index.ts";
import type {
  AlikeRow,
  AllotmentRow,
  AnswerRow,
  BudgetRow,
  ChargeRow,
  Decision,
  Head,
  LedgerRows,
  LedgerTables,
  LedgerWrites,
  PolicyRow,
  Wanted,
} from "./ledger-tables.ts";

export class SqliteTables implements LedgerTables {
  readonly #store: Store;
  readonly #statements: Statements;

  constructor(store: Store) {
    this.#store = store;
    this.#statements = prepare(store);
  }

  write<T>(_wanted: Wanted, decide: (rows: LedgerRows) => Decision<T>): Promise<T> {
    return this.#store.write(() => {
      const { value, writes } = decide(this.#rows());
      if (writes !== undefined) this.#apply(writes);
      return value;
    });
  }

  async read(): Promise<LedgerRows> {
    return this.#rows();
  }

  async policies(dataset: string): Promise<readonly PolicyRow[]> {
    return this.#statements.policies.all(dataset);
  }

  isFailure(error: unknown): boolean {
    return isStoreFailure(error);
  }

  #rows(): LedgerRows {
    const { head, charge, answer, budget, allotment, history } = this.#statements;
    const held = head.first();
    if (held === undefined) throw new Error("a home has its chain");
    return {
      head: held,
      charge: (asker, askId) => charge.first(asker, askId),
      answer: (serial) => {
        const found = answer.first(serial);
        return found && new Uint8Array(found.bytes);
      },
      budget: (dataset) => budget.first(dataset),
      allotment: (dataset, asker) => allotment.first(dataset, asker),
      history: (dataset) => history.all(dataset, dataset),
    };
  }

  #apply({ charges, answers, policies, budgets, allotments, head }: LedgerWrites): void {
    const { addCharge, addAnswer, addPolicy, setBudget, setAllotment, setHead } = this.#statements;
    for (const row of charges) addCharge.run(...chargeColumns.map((column) => row[column]));
    for (const row of answers) addAnswer.run(...answerColumns.map((column) => row[column]));
    for (const row of policies) addPolicy.run(...policyColumns.map((column) => row[column]));
    for (const row of budgets) setBudget.run(...budgetColumns.map((column) => row[column]));
    for (const row of allotments) setAllotment.run(...allotmentColumns.map((column) => row[column]));
    setHead.run(head.position, head.hash, head.charges);
  }
}

export const chargeColumns = [
  "serial",
  "position",
  "asker",
  "ask_id",
  "dataset",
  "question_hash",
  "epsilon",
  "delta",
  "event",
  "charged_at_ms",
  "joined",
  "hash",
] as const satisfies readonly (keyof ChargeRow)[];
export const answerColumns = [
  "serial",
  "position",
  "bytes",
  "hash",
] as const satisfies readonly (keyof AnswerRow)[];
export const policyColumns = [
  "position",
  "dataset",
  "at_ms",
  "event",
  "hash",
] as const satisfies readonly (keyof PolicyRow)[];
export const budgetColumns = [
  "dataset",
  "cap_epsilon",
  "cap_delta",
  "allotment_epsilon",
  "allotment_delta",
  "filter",
  "renewals",
  "spent_epsilon",
  "spent_delta",
  "spent_rho",
  "spent_beside",
  "charges",
  "lost_at_order",
  "beside_at_order",
] as const satisfies readonly (keyof BudgetRow)[];
export const allotmentColumns = [
  "dataset",
  "asker",
  "cap_epsilon",
  "cap_delta",
  "spent_epsilon",
  "spent_delta",
  "spent_rho",
  "spent_beside",
  "charges",
] as const satisfies readonly (keyof AllotmentRow)[];

type Statements = {
  readonly head: Prepared<Head>;
  readonly charge: Prepared<ChargeRow>;
  readonly answer: Prepared<{ readonly bytes: Uint8Array }>;
  readonly budget: Prepared<BudgetRow>;
  readonly allotment: Prepared<AllotmentRow>;
  readonly history: Prepared<AlikeRow>;
  readonly policies: Prepared<PolicyRow>;
  readonly addCharge: Prepared<unknown>;
  readonly addAnswer: Prepared<unknown>;
  readonly addPolicy: Prepared<unknown>;
  readonly setBudget: Prepared<unknown>;
  readonly setAllotment: Prepared<unknown>;
  readonly setHead: Prepared<unknown>;
};

/** Compiled once. Values go in the order of the columns above. */
function prepare(store: Store): Statements {
  const select = queries.selectFrom.bind(queries);
  return {
    head: store.prepare(select("chain_head").select(["position", "hash", "charges"])),
    charge: store.prepare(
      select("charges").select(chargeColumns).where("asker", "=", given).where("ask_id", "=", given),
    ),
    answer: store.prepare(select("answers").select("bytes").where("serial", "=", given)),
    budget: store.prepare(select("budgets").select(budgetColumns).where("dataset", "=", given)),
    allotment: store.prepare(
      select("allotments").select(allotmentColumns).where("dataset", "=", given).where("asker", "=", given),
    ),
    history: store.prepare(
      select("charges")
        .select(["epsilon", "delta", "event"])
        .select((of) => of.fn.countAll<bigint>().as("times"))
        .where((of) => of.or([of("dataset", "=", given), of("joined", "=", given)]))
        .groupBy(["epsilon", "delta", "event"]),
    ),
    policies: store.prepare(
      select("policy_events").select(policyColumns).where("dataset", "=", given).orderBy("position"),
    ),
    addCharge: store.prepare(queries.insertInto("charges").values(marks(chargeColumns))),
    addAnswer: store.prepare(queries.insertInto("answers").values(marks(answerColumns))),
    addPolicy: store.prepare(queries.insertInto("policy_events").values(marks(policyColumns))),
    setBudget: store.prepare(
      queries
        .insertInto("budgets")
        .values(marks(budgetColumns))
        .onConflict((held) =>
          held.column("dataset").doUpdateSet((fresh) => ({
            cap_epsilon: fresh.ref("excluded.cap_epsilon"),
            cap_delta: fresh.ref("excluded.cap_delta"),
            allotment_epsilon: fresh.ref("excluded.allotment_epsilon"),
            allotment_delta: fresh.ref("excluded.allotment_delta"),
            filter: fresh.ref("excluded.filter"),
            renewals: fresh.ref("excluded.renewals"),
            spent_epsilon: fresh.ref("excluded.spent_epsilon"),
            spent_delta: fresh.ref("excluded.spent_delta"),
            spent_rho: fresh.ref("excluded.spent_rho"),
            spent_beside: fresh.ref("excluded.spent_beside"),
            charges: fresh.ref("excluded.charges"),
            lost_at_order: fresh.ref("excluded.lost_at_order"),
            beside_at_order: fresh.ref("excluded.beside_at_order"),
          })),
        ),
    ),
    setAllotment: store.prepare(
      queries
        .insertInto("allotments")
        .values(marks(allotmentColumns))
        .onConflict((held) =>
          held.columns(["dataset", "asker"]).doUpdateSet((fresh) => ({
            cap_epsilon: fresh.ref("excluded.cap_epsilon"),
            cap_delta: fresh.ref("excluded.cap_delta"),
            spent_epsilon: fresh.ref("excluded.spent_epsilon"),
            spent_delta: fresh.ref("excluded.spent_delta"),
            spent_rho: fresh.ref("excluded.spent_rho"),
            spent_beside: fresh.ref("excluded.spent_beside"),
            charges: fresh.ref("excluded.charges"),
          })),
        ),
    ),
    setHead: store.prepare(
      queries.updateTable("chain_head").set({ position: given, hash: given, charges: given }),
    ),
  };
}

function marks<Column extends string>(columns: readonly Column[]): Record<Column, typeof given> {
  return Object.fromEntries(columns.map((column) => [column, given])) as Record<Column, typeof given>;
}
