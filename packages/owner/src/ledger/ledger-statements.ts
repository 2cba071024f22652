import { given, queries, type Store } from "../store/index.ts";

/** The ledger's statements, compiled once. Values go in the order of the columns named. */
export function prepareLedger(store: Store) {
  return {
    /** (asker, ask id) */
    findCharge: store.prepare(
      queries.selectFrom("charges").selectAll().where("asker", "=", given).where("ask_id", "=", given),
    ),
    addCharge: store.prepare(
      queries.insertInto("charges").values({
        asker: given,
        ask_id: given,
        dataset: given,
        question_hash: given,
        epsilon: given,
        delta: given,
        event: given,
        charged_at_ms: given,
      }),
    ),
    findBudget: store.prepare(queries.selectFrom("budgets").selectAll().where("dataset", "=", given)),
    /** (dataset, asker) */
    findAllotment: store.prepare(
      queries.selectFrom("allotments").selectAll().where("dataset", "=", given).where("asker", "=", given),
    ),
    /** (spent epsilon, spent delta, charges, dataset) */
    setSpent: store.prepare(
      queries
        .updateTable("budgets")
        .set({ spent_epsilon: given, spent_delta: given, charges: given })
        .where("dataset", "=", given),
    ),
    setAskerSpent: store.prepare(
      queries
        .insertInto("allotments")
        .values({ dataset: given, asker: given, spent_epsilon: given, spent_delta: given, charges: given })
        .onConflict((clash) =>
          clash.columns(["dataset", "asker"]).doUpdateSet((fresh) => ({
            spent_epsilon: fresh.ref("excluded.spent_epsilon"),
            spent_delta: fresh.ref("excluded.spent_delta"),
            charges: fresh.ref("excluded.charges"),
          })),
        ),
    ),
    findAnswer: store.prepare(queries.selectFrom("answers").select("bytes").where("serial", "=", given)),
    /** Leaves an answer that is there already. */
    addAnswer: store.prepare(
      queries
        .insertInto("answers")
        .values({ serial: given, bytes: given })
        .onConflict((clash) => clash.doNothing()),
    ),
  };
}

export type LedgerStatements = ReturnType<typeof prepareLedger>;
