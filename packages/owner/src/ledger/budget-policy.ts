// Who may spend how much. Setting a cap is an event that stays on the page: caps may go up and down, what was
// spent never does, and each change is kept with its time.

import { type Clock, invariant } from "@unseen/base";
import { formatDelta, formatEpsilon } from "@unseen/privacy";
import { queries, type Store } from "../store/index.ts";
import { type Amount, isStorable } from "./amount.ts";

export type Caps = {
  /** Lifetime, over all askers. */
  readonly cap: Amount;
  /** What each asker may spend of it, unless a person has an allotment of their own. Left out: no limit but the cap. */
  readonly allotment?: Amount;
};

/** `event` is JSON: the caps as decimal text. */
export type PolicyEvent = { readonly atMs: number; readonly event: string };

export class BudgetPolicy {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(ports: { readonly store: Store; readonly clock: Clock }) {
    this.#store = ports.store;
    this.#clock = ports.clock;
  }

  /** Sets a dataset's caps for all charges from now on. What was spent under this name stays spent. */
  async setBudget(dataset: string, caps: Caps): Promise<void> {
    await this.#store.write(() => this.setBudgetWithin(dataset, caps));
  }

  /** The same inside a transaction that is under way, for who adds a dataset and its budget as one step. */
  setBudgetWithin(dataset: string, { cap, allotment }: Caps): void {
    invariant(isStorable(cap) && (allotment === undefined || isStorable(allotment)), "a cap can be stored");
    const columns = {
      cap_epsilon: cap.epsilon,
      cap_delta: cap.delta,
      allotment_epsilon: allotment?.epsilon ?? null,
      allotment_delta: allotment?.delta ?? null,
    };
    this.#store.all(
      queries
        .insertInto("budgets")
        .values({ dataset, ...columns, spent_epsilon: 0n, spent_delta: 0n, charges: 0n })
        .onConflict((held) => held.column("dataset").doUpdateSet(columns)),
    );
    this.#remember(dataset, { cap: textOf(cap), allotment: allotment ? textOf(allotment) : null });
  }

  /** Gives one asker a cap of their own on a dataset that has a budget; `undefined` puts them back with everyone. */
  async setAllotment(dataset: string, asker: string, cap: Amount | undefined): Promise<void> {
    invariant(cap === undefined || isStorable(cap), "a cap can be stored");
    const columns = { cap_epsilon: cap?.epsilon ?? null, cap_delta: cap?.delta ?? null };
    await this.#store.write(() => {
      this.#store.all(
        queries
          .insertInto("allotments")
          .values({ dataset, asker, ...columns, spent_epsilon: 0n, spent_delta: 0n, charges: 0n })
          .onConflict((held) => held.columns(["dataset", "asker"]).doUpdateSet(columns)),
      );
      this.#remember(dataset, { asker, cap: cap ? textOf(cap) : null });
    });
  }

  /** Every change of this dataset's caps, oldest first. */
  history(dataset: string): readonly PolicyEvent[] {
    const rows = this.#store.all(
      queries.selectFrom("policy_events").selectAll().where("dataset", "=", dataset).orderBy("serial"),
    );
    return rows.map(({ at_ms, event }) => ({ atMs: Number(at_ms), event }));
  }

  #remember(dataset: string, event: object): void {
    const at_ms = BigInt(this.#clock.nowMs());
    this.#store.all(
      queries.insertInto("policy_events").values({ dataset, at_ms, event: JSON.stringify(event) }),
    );
  }
}

function textOf({ epsilon, delta }: Amount): { readonly epsilon: string; readonly delta: string } {
  return { epsilon: formatEpsilon(epsilon), delta: formatDelta(delta) };
}
