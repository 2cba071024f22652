// Who may spend how much. Setting a cap is an event that stays on the page: caps may go up and down, what was
// spent never does, and each change is an entry of the chain with its time. A cap that is raised is a renewal: it
// has a reason, it is counted, and everybody who may ask sees the count beside the loss of the whole lifetime.

import { type Clock, invariant, type Problem, type Result } from "@unseen/base";
import type { Store } from "../store/index.ts";
import { type Amount, isStorable } from "./amount.ts";
import type { LedgerGroup } from "./ledger-group.ts";
import type { LedgerTables, Wanted } from "./ledger-tables.ts";
import { LedgerWriter } from "./ledger-writer.ts";
import type { FilterName } from "./line.ts";
import type { SharesDecision } from "./policy-event.ts";
import { LedgerFailed } from "./refusals.ts";
import { SqliteTables } from "./sqlite-tables.ts";

export type Caps = {
  /** Lifetime, over all askers. */
  readonly cap: Amount;
  /** What each asker may spend of it, unless a person has an allotment of their own. Left out: no limit but the cap. */
  readonly allotment?: Amount;
  /** How losses are added up. Left out: as the line has it, and for a new line the widest that holds. */
  readonly filter?: FilterName;
};

/** `event` is JSON: the caps as decimal text, the filter, and the reason of a renewal; or what became of shares. */
export type PolicyEvent = { readonly atMs: number; readonly event: string };

/** Why a cap rose that nobody renewed by name. */
const registeredAgain = "the dataset was registered with a larger budget";
const longestReason = 500;

/** Decides about a ledger wherever it is kept. Throws `LedgerFailed` where the disk or the database fails. */
export class LedgerPolicy {
  readonly #tables: LedgerTables;
  readonly #writes: LedgerWriter;

  constructor(tables: LedgerTables, clock: Clock) {
    this.#tables = tables;
    this.#writes = new LedgerWriter(tables, clock);
  }

  /** Sets a dataset's caps for all charges from now on. What was spent under this name stays spent. */
  async setBudget(dataset: string, caps: Caps): Promise<void> {
    const wish = wishOf(caps);
    await this.#submit(lineOf(dataset), (group) => group.setBudget(dataset, wish));
  }

  /**
   * Lets everyone together lose `more` on top of the lifetime cap. For `reason`, in a few words, 1 to 500
   * characters: it is kept for ever, and askers see that the budget was renewed and how often.
   */
  async renew(
    dataset: string,
    more: Amount,
    reason: string,
  ): Promise<Result<undefined, Problem<"dataset-unknown">>> {
    invariant(isStorable(more) && (more.epsilon > 0n || more.delta > 0n), "a renewal adds to a cap");
    invariant(isReason(reason), "a renewal has a reason");
    return this.#submit(lineOf(dataset), (group) => group.renew(dataset, more, reason));
  }

  /** Gives one asker a cap of their own on a dataset that has a budget; `undefined` puts them back with everyone. */
  async setAllotment(dataset: string, asker: string, cap: Amount | undefined): Promise<void> {
    invariant(cap === undefined || isStorable(cap), "a cap can be stored");
    const set = await this.#submit({ lines: [{ dataset, asker }] }, (group) =>
      group.setAllotment(dataset, asker, cap),
    );
    invariant(set.ok, "an allotment is of a dataset that has a budget");
  }

  /** An entry of the chain about shares of this dataset. Durable before it resolves. */
  async note(dataset: string, decision: Omit<SharesDecision, "kind">): Promise<void> {
    await this.#submit({ lines: [] }, (group) => group.note(dataset, { kind: "shares", ...decision }));
  }

  /** Every decision about this dataset, oldest first. */
  async history(dataset: string): Promise<readonly PolicyEvent[]> {
    const rows = await this.#usable(() => this.#tables.policies(dataset));
    return rows.map(({ at_ms, event }) => ({ atMs: Number(at_ms), event }));
  }

  #submit<T>(wanted: Wanted, work: (group: LedgerGroup) => T): Promise<T> {
    return this.#usable(() => this.#writes.submit(wanted, work));
  }

  async #usable<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw this.#tables.isFailure(cause) ? new LedgerFailed({ cause }) : cause;
    }
  }
}

/** The same for the ledger in a home's own store. */
export class BudgetPolicy extends LedgerPolicy {
  constructor({ store, clock }: { readonly store: Store; readonly clock: Clock }) {
    super(new SqliteTables(store), clock);
  }
}

/** Another cap may have another order, at which all charges are counted again. */
function lineOf(dataset: string): Wanted {
  return { lines: [{ dataset }], histories: [dataset] };
}

/** True for a text that a renewal may give as its reason. */
export function isReason(text: string): boolean {
  return text.trim() !== "" && text.length <= longestReason && text.isWellFormed() && !text.includes("\0");
}

function wishOf({ cap, allotment, filter }: Caps) {
  invariant(isStorable(cap) && (allotment === undefined || isStorable(allotment)), "a cap can be stored");
  return { cap, allotment, filter, reason: registeredAgain };
}
