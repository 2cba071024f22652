// Takes an owner's file in, once: reads it, cleans every cell, bounds what each person adds, and writes the
// snapshot that questions are answered from. Nothing is read from the owner's file after that.
//
// What is kept of a person is chosen by a keyed secret order over that person's own cleaned rows, never by
// their place in the file. So one person more, less or changed changes that person's rows in the snapshot
// and no other's, which is what the planned sensitivity rests on.

import { accessSync, closeSync, constants, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Entropy, err, ok, type Problem, problem, type Result, Secret } from "@unseen/base";
import type { Card } from "@unseen/program";
import { DuckDbSession } from "../engine/duckdb-session.ts";
import { newSnapshotName, type SnapshotName } from "../engine/snapshot.ts";
import { bounded, writeSnapshot } from "./bounding.ts";
import { type CleanColumn, cleanColumn } from "./cleaning.ts";
import { type IngestReport, reportOf } from "./ingest-report.ts";
import { personName } from "./person-name.ts";
import { openSource, rejects, type Source, type SourceColumn, unreadable } from "./source.ts";

/** Past this the cleaned rows spill into the home, and are removed when done. A clinic's node is a small machine. */
const memoryLimit = "2GB";

export type IngestProblem = Problem<
  "card-column-missing" | "file-ragged" | "file-unreadable" | "home-unreadable"
>;

export type Ingested = {
  readonly snapshot: SnapshotName;
  /** Rows in the snapshot, after bounding. */
  readonly rowCount: number;
  /** People in the snapshot; the rows where each row is a person. */
  readonly peopleCount: number;
  /** For the owner alone: it tells about the data. */
  readonly report: IngestReport;
};

export type IngestInput = {
  readonly card: Card;
  readonly dataDirectory: string;
  /** The home's own: the same file gives the same snapshot every time. */
  readonly boundingKey: Secret<Uint8Array>;
  /** Names the snapshot. */
  readonly entropy: Entropy;
};

/**
 * CSV, Parquet or JSON, by its ending.
 * Writes the snapshot durably before it resolves; on a problem it leaves nothing behind. The file is
 * streamed: past two gigabytes of cleaned rows, the home's disk holds them twice for a while.
 */
export async function ingestFile({
  file,
  ...input
}: IngestInput & { readonly file: string }): Promise<Result<Ingested, IngestProblem>> {
  return ingestSource({ ...input, open: (session) => openSource(session, resolve(file)) });
}

/** The same for whatever `open` reads into a passing database. Gives its problems as they are. */
export async function ingestSource<Unopened extends Problem>(
  input: IngestInput & { readonly open: (session: DuckDbSession) => Promise<Result<Source, Unopened>> },
): Promise<Result<Ingested, IngestProblem | Unopened>> {
  const snapshot = newSnapshotName(input.entropy.fill(new Uint8Array(16)));
  const spill = join(input.dataDirectory, `${snapshot}.spill`);
  try {
    accessSync(input.dataDirectory, constants.W_OK);
    using session = await DuckDbSession.open(":memory:", {
      memory_limit: memoryLimit,
      temp_directory: spill,
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
    });
    const staged = await stage(session, input);
    if (!staged.ok) return staged;
    return await settle(session, input, snapshot);
  } catch {
    return err(
      problem("home-unreadable", "the cleaned copy of the data could not be written into the home", {
        hint: "check that the home is yours and that the disk has room for the data twice",
      }),
    );
  } finally {
    rmSync(spill, { force: true, recursive: true });
    rmSync(join(input.dataDirectory, passingName(snapshot)), { force: true });
  }
}

/** Reads the file once into a table of its own: for each column its cleaned value and why it was changed. */
async function stage<Unopened extends Problem>(
  session: DuckDbSession,
  {
    open,
    card,
  }: IngestInput & { readonly open: (session: DuckDbSession) => Promise<Result<Source, Unopened>> },
): Promise<Result<undefined, IngestProblem | Unopened>> {
  const source = await open(session);
  if (!source.ok) return source;
  const names = Object.keys(card.columns);
  const person = card.unit.kind === "column" ? [card.unit.column] : [];
  const absent = [...names, ...person].find((name) => columnOf(source.value, name) === undefined);
  if (absent !== undefined) return err(columnMissing(absent, source.value));
  const cleaned = names.map((name, at) =>
    cleanColumn(at, columnOf(source.value, name)!, card.columns[name]!),
  );
  for (const statement of cleaned.flatMap(({ before }) => before)) await session.run(statement);
  const selected = cleaned.flatMap(({ value, mark }, at) => [
    `${value} AS v${at}`,
    `CAST(${mark} AS UTINYINT) AS m${at}`,
  ]);
  const named = person.map((name) => `${personName(columnOf(source.value, name)!.text)} AS person`);
  const from = `${source.value.from([...names, ...person])} ${joins(cleaned)}`;
  try {
    await session.run(`CREATE TABLE staged AS SELECT ${[...selected, ...named].join(", ")} FROM ${from}`);
  } catch {
    return err(unreadable());
  }
  if (source.value.setsAside) {
    const ragged = await raggedRows(session);
    if (ragged !== undefined) return err(ragged);
  }
  const [[count]] = (await session.rows("SELECT count(*) FROM staged")) as [[bigint]];
  return count === 0n
    ? err(problem("file-unreadable", `the ${source.value.what} has no rows`))
    : ok(undefined);
}

function joins(cleaned: readonly CleanColumn[]): string {
  return cleaned.map(({ join: joined }) => joined).join(" ");
}

function columnOf(source: Source, name: string): SourceColumn | undefined {
  return source.columns.find((column) => column.name === name);
}

function columnMissing(name: string, source: Source): Problem<"card-column-missing"> {
  const alike = source.columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  return problem(
    "card-column-missing",
    `the ${source.what} has no column ${JSON.stringify(name)}, which the card declares`,
    {
      ...(alike === undefined ? {} : { hint: `it has a column ${JSON.stringify(alike.name)}` }),
      facts: { column: name },
    },
  );
}

/** Rows that did not fit are never left out in silence: the owner mends the file and comes again. */
async function raggedRows(session: DuckDbSession): Promise<IngestProblem | undefined> {
  const [row] = await session.rows(
    `SELECT count(DISTINCT line), min(line), count(*) FILTER (error_type = 'INVALID ENCODING') FROM ${rejects.errors}`,
  );
  const [lines, first, badlyEncoded] = (row ?? []).map(Number) as [number, number, number];
  if (lines === 0) return undefined;
  if (badlyEncoded > 0) return unreadable();
  const many = lines >= rejects.most ? `at least ${lines}` : String(lines);
  return problem(
    "file-ragged",
    `${many} ${lines === 1 ? "row does" : "rows do"} not have the cells that the first line names; the first is on line ${first}`,
    {
      hint: "mend those lines, and put quotes around text that holds the separator or a line end",
      facts: { rows: many, firstLine: String(first) },
    },
  );
}

/** Bounds, writes under a passing name, forces it to the disk and gives it its real name. */
async function settle(
  session: DuckDbSession,
  { card, dataDirectory, boundingKey }: IngestInput,
  snapshot: SnapshotName,
): Promise<Result<Ingested, IngestProblem>> {
  const report = await reportOf(session, card);
  const passing = join(dataDirectory, passingName(snapshot));
  const rows = bounded(card, Secret.reveal(boundingKey));
  const rowCount = await writeSnapshot(session, card, rows, resolve(passing));
  if (rowCount === 0) {
    return err(problem("file-unreadable", "no row names the person that it belongs to"));
  }
  forceToDisk(passing);
  renameSync(passing, join(dataDirectory, snapshot));
  forceToDisk(dirname(join(dataDirectory, snapshot)));
  const peopleCount = card.unit.kind === "row" ? rowCount : report.people;
  return ok({ snapshot, rowCount, peopleCount, report });
}

/** No snapshot is called so, so one that a crash left half written is never taken for one. */
function passingName(snapshot: SnapshotName): string {
  return `${snapshot}.passing`;
}

function forceToDisk(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
