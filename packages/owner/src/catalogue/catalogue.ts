// What this owner has to ask about. A card is kept as JSON text and read through the parser that the catalogue
// is opened with, so what comes out was checked by today's rules, whoever wrote it.
//
// A budget belongs to a dataset's name and not to its row here: removing a dataset and adding one of the same
// name continues the ledger's line where it was. (An owner can escape that by choosing another name; the
// ledger protects people from askers, and the owner is who is trusted with the data anyway.)

import { type Clock, type Entropy, err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { Caller } from "../accounts/index.ts";
import type { Caps, LedgerPolicy } from "../ledger/index.ts";
import { queries, type Store } from "../store/index.ts";

/** Reads a card's JSON text. */
export type CardParser<Card> = (json: string) => Result<Card, Problem<"card-malformed">>;

/** `rows` counts what is left after each person's rows are bounded. Neither it nor `snapshot` is for askers. */
export type CataloguedDataset<Card> = {
  readonly id: string;
  readonly name: string;
  readonly card: Card;
  /** File name below the home's data directory. */
  readonly snapshot: string;
  readonly rows: number;
  readonly addedAtMs: number;
};

export type NewDataset = {
  readonly name: string;
  readonly cardJson: string;
  readonly snapshot: string;
  readonly rows: number;
  /** What was found when the file was read, as JSON. It depends on private rows: for the owner alone. */
  readonly reportJson: string;
  readonly caps: Caps;
};

type NotPermitted = Problem<"not-permitted">;

/** Letters, digits, dots and dashes: a name is typed in shells and shown in lists. */
const nameRule = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export class Catalogue<Card> {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #entropy: Entropy;
  readonly #policy: LedgerPolicy;
  readonly #parse: CardParser<Card>;

  constructor(ports: {
    readonly store: Store;
    readonly clock: Clock;
    readonly entropy: Entropy;
    readonly policy: LedgerPolicy;
    readonly parseCard: CardParser<Card>;
  }) {
    this.#store = ports.store;
    this.#clock = ports.clock;
    this.#entropy = ports.entropy;
    this.#policy = ports.policy;
    this.#parse = ports.parseCard;
  }

  /**
   * Adds a dataset and its budget. For owners alone. What was spent under this name stays spent. The budget comes
   * first, and may be in another database: a crash in between leaves a budget that nobody can spend, and never a
   * dataset without one.
   */
  async addDataset(
    by: Caller,
    { name, cardJson, snapshot, rows, reportJson, caps }: NewDataset,
  ): Promise<Result<CataloguedDataset<Card>, NotPermitted | Problem<"dataset-exists" | "card-malformed">>> {
    if (by.role !== "owner") return err(notPermitted("Only an owner can add a dataset."));
    if (!nameRule.test(name)) return err(nameMalformed());
    const card = this.#parse(cardJson);
    if (!card.ok) return card;
    const id = `ds_${Buffer.from(this.#entropy.fill(new Uint8Array(12))).toString("hex")}`;
    const addedAtMs = this.#clock.nowMs();
    const isThere = () =>
      this.#store.first(queries.selectFrom("datasets").select("id").where("name", "=", name)) !== undefined;
    if (isThere()) return err(datasetExists());
    await this.#policy.setBudget(name, caps);
    return this.#store.write(() => {
      if (isThere()) return err(datasetExists());
      const row = { id, name, card: cardJson, snapshot, rows: BigInt(rows), report: reportJson };
      this.#store.all(queries.insertInto("datasets").values({ ...row, added_at_ms: BigInt(addedAtMs) }));
      return ok({ id, name, card: card.value, snapshot, rows, addedAtMs });
    });
  }

  /**
   * Takes a dataset out of the catalogue and returns its snapshot's file name, which the caller deletes. For
   * owners alone. Its charges, answers and budget line stay.
   */
  async removeDataset(
    by: Caller,
    name: string,
  ): Promise<Result<string, NotPermitted | Problem<"dataset-unknown">>> {
    if (by.role !== "owner") return err(notPermitted("Only an owner can remove a dataset."));
    return this.#store.write(() => {
      const row = this.#store.first(
        queries.selectFrom("datasets").select("snapshot").where("name", "=", name),
      );
      if (row === undefined) return err(datasetUnknown());
      this.#store.all(queries.deleteFrom("datasets").where("name", "=", name));
      return ok(row.snapshot);
    });
  }

  findDataset(name: string): Result<CataloguedDataset<Card>, Problem<"dataset-unknown" | "card-malformed">> {
    const row = this.#store.first(withoutReport.where("name", "=", name));
    return row === undefined ? err(datasetUnknown()) : this.#read(row);
  }

  /** Every dataset whose card can be read, by name. One that cannot be read does not hide the others. */
  allDatasets(): readonly CataloguedDataset<Card>[] {
    return this.#store.all(withoutReport.orderBy("name")).flatMap((row) => {
      const read = this.#read(row);
      return read.ok ? [read.value] : [];
    });
  }

  /** The report of the reading of a dataset's file, as JSON. For owners alone: it tells about private rows. */
  ingestReport(by: Caller, name: string): Result<string, NotPermitted | Problem<"dataset-unknown">> {
    if (by.role !== "owner") return err(notPermitted("Only an owner can see how a file was read."));
    const row = this.#store.first(queries.selectFrom("datasets").select("report").where("name", "=", name));
    return row === undefined ? err(datasetUnknown()) : ok(row.report);
  }

  #read(row: DatasetRow): Result<CataloguedDataset<Card>, Problem<"card-malformed">> {
    const { id, name, snapshot, rows, added_at_ms } = row;
    const card = this.#parse(row.card);
    if (!card.ok) return card;
    return ok({ id, name, card: card.value, snapshot, rows: Number(rows), addedAtMs: Number(added_at_ms) });
  }
}

const withoutReport = queries
  .selectFrom("datasets")
  .select(["id", "name", "card", "snapshot", "rows", "added_at_ms"]);

type DatasetRow = {
  readonly id: string;
  readonly name: string;
  readonly card: string;
  readonly snapshot: string;
  readonly rows: bigint;
  readonly added_at_ms: bigint;
};

function notPermitted(rule: string): NotPermitted {
  return problem("not-permitted", rule);
}

function datasetExists(): Problem<"dataset-exists"> {
  return problem("dataset-exists", "There is a dataset of this name already.", {
    hint: "Remove it first, or choose another name. What was spent under a name stays spent.",
  });
}

function datasetUnknown(): Problem<"dataset-unknown"> {
  return problem("dataset-unknown", "There is no dataset of this name.", {
    hint: "Search lists the datasets that can be asked.",
  });
}

function nameMalformed(): Problem<"card-malformed"> {
  return problem(
    "card-malformed",
    "A dataset's name has 1 to 64 letters, digits, dots, dashes or underscores.",
  );
}
