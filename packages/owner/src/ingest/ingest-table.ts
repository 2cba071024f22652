// Takes an owner's table in, once. The rows come over, go through the same cleaning and bounding as a file's, and go
// back as a snapshot inside the owner's database; the home keeps none of them.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Entropy, err, ok, type Problem, problem, type Result, type Secret } from "@unseen/base";
import type { Card } from "@unseen/program";
import { DuckDbSession } from "../engine/duckdb-session.ts";
import { ownerPool } from "../engine/postgres-session.ts";
import { newPostgresSnapshot, parsePostgresSnapshot } from "../engine/postgres-snapshot.ts";
import { addressInvalid, PostgresFailed, parsePostgresAddress } from "../postgres/index.ts";
import { type Ingested, type IngestProblem, ingestSource } from "./ingest-file.ts";
import { dropSnapshot, isSurelyTooWide, loadSnapshot } from "./load-snapshot.ts";
import { openTable, type TableProblem, tablePlace, tableUnreadable } from "./table-source.ts";

export type TableInput = {
  /** postgres://USER@HOST/DATABASE?table=SCHEMA.NAME, and `&reader=ROLE` for another role that asks. */
  readonly from: string;
  readonly card: Card;
  readonly dataDirectory: string;
  readonly boundingKey: Secret<Uint8Array>;
  readonly entropy: Entropy;
};

export type IngestedTable = Omit<Ingested, "snapshot"> & { readonly snapshot: string };

/** The snapshot is committed before it resolves; on a problem nothing is left behind, here or there. */
export async function ingestTable(
  input: TableInput,
): Promise<
  Result<IngestedTable, IngestProblem | TableProblem | Problem<"database-address-invalid" | "card-malformed">>
> {
  const { from, card, dataDirectory, entropy } = input;
  const address = parsePostgresAddress(from, ["table", "reader"]);
  if (!address.ok) return address;
  const place = tablePlace(address.value.more.get("table") ?? "");
  if (place === undefined)
    return err(addressInvalid("the address names a table: ?table=SCHEMA.NAME", "or ?table=NAME, in public"));
  if (isSurelyTooWide(card)) return err(tooWide());
  if (Object.values(card.columns).some(({ type }) => type === "text")) return err(textsStayInFiles());
  const taken = await ingestSource({
    ...input,
    open: (session) => openTable(session, address.value, place, card),
  });
  if (!taken.ok) return taken;
  const passing = join(dataDirectory, taken.value.snapshot);
  const snapshot = newPostgresSnapshot(address.value, entropy.fill(new Uint8Array(16)));
  const pool = ownerPool(address.value);
  try {
    using session = await DuckDbSession.open(":memory:", {});
    const loaded = await loadSnapshot(pool, session, passing, snapshot);
    if (loaded === "too-wide") return err(tooWide());
    return ok({ ...taken.value, snapshot: snapshot.text });
  } catch (error) {
    if (error instanceof PostgresFailed) return err(tableUnreadable(error));
    throw error;
  } finally {
    rmSync(passing, { force: true });
    await pool.end();
  }
}

/** Drops what `ingestTable` made. */
export async function removeTableSnapshot(text: string): Promise<Result<undefined, TableProblem>> {
  const snapshot = parsePostgresSnapshot(text);
  if (snapshot === undefined) return ok(undefined);
  const pool = ownerPool(snapshot.address);
  try {
    await dropSnapshot(pool, snapshot);
    return ok(undefined);
  } catch (error) {
    if (!(error instanceof PostgresFailed)) throw error;
    const { hint } = tableUnreadable(error);
    const message = `The dataset is off the node, but its copy could not be dropped: ${snapshot.table}.`;
    return err(problem("table-unreadable", message, hint === undefined ? {} : { hint }));
  } finally {
    await pool.end();
  }
}

function tooWide(): TableProblem {
  return problem("table-unreadable", "The card has more columns than a row of a table in PostgreSQL holds.", {
    hint: "declare fewer columns, or export the table to Parquet and add the file",
  });
}

/** An owner's database would look texts up by rules of its own, and a person's keys could be others there. */
function textsStayInFiles(): Problem<"card-malformed"> {
  return problem(
    "card-malformed",
    "a column of texts is kept in the home, and this table stays in the database",
    {
      hint: "leave the column out, declare its values as a category, or register the data from a file",
    },
  );
}
