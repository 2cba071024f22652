// Drafts a card from the columns of a file. Names and types are all that is taken from it: bounds and
// categories stay open, because the least and the greatest value of a column are single people's, a rare
// category is one person's, and a card is public.

import { basename, resolve } from "node:path";
import { err, ok, type Problem, type Result } from "@unseen/base";
import { DuckDbSession } from "../engine/duckdb-session.ts";
import { openSource, type Source, type SourceColumn, unreadable } from "./source.ts";

export type CardDraft = {
  /** A card as JSON, with `null` wherever the owner has to declare something. `parseCard` refuses it until then. */
  readonly card: Readonly<Record<string, unknown>>;
  /** What is left open, a line each, in the order of the card. */
  readonly leftOpen: readonly string[];
};

/** Rows that a column's type is told from. */
const rowsLookedAt = 10_000;

/** What columns are called that tell people apart. */
const personName =
  /^(?:(?:patient|person|subject|participant|customer|client|user|member|employee)(?:[_ -]?(?:id|no|number|key))?|.*[_ -]id|id|ssn|mrn)$/i;

type Kind = "number" | "integer" | "category";

export async function suggestCard(
  file: string,
): Promise<Result<CardDraft, Problem<"file-unreadable" | "file-ragged" | "card-column-missing">>> {
  using session = await DuckDbSession.open(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const source = await openSource(session, resolve(file));
  if (!source.ok) return source;
  try {
    const kinds = await kindsOf(session, source.value);
    return ok(draftOf(file, kinds));
  } catch {
    // The engine's words could quote a row.
    return err(unreadable());
  }
}

async function kindsOf(session: DuckDbSession, source: Source): Promise<ReadonlyMap<string, Kind>> {
  const { columns } = source;
  const counts = columns.flatMap(({ text, number }) => [
    `count(nullif(trim(${text}), ''))`,
    `count(*) FILTER (isfinite(${number}))`,
    `count(*) FILTER (isfinite(${number}) AND ${number} = floor(${number}))`,
  ]);
  const from = source.from(columns.map(({ name }) => name));
  const [row] = await session.rows(
    `SELECT ${counts.join(", ")} FROM (SELECT * FROM ${from} LIMIT ${rowsLookedAt})`,
  );
  const found = (row ?? []).map(Number);
  return new Map(
    columns.map(({ name }: SourceColumn, at) => [name, kindOf(found.slice(3 * at, 3 * at + 3))]),
  );
}

/** A few cells of text among numbers are typing errors; where most are text it is a category. */
function kindOf([filled = 0, numbers = 0, whole = 0]: readonly number[]): Kind {
  if (filled === 0 || numbers < 0.9 * filled) return "category";
  return whole === numbers ? "integer" : "number";
}

function draftOf(file: string, kinds: ReadonlyMap<string, Kind>): CardDraft {
  const person = [...kinds.keys()].find((name) => personName.test(name));
  const asked = [...kinds].filter(([name]) => name !== person);
  const numbers = asked.filter(([, kind]) => kind !== "category").map(([name]) => name);
  const categories = asked.filter(([, kind]) => kind === "category").map(([name]) => name);
  const column = (kind: Kind) =>
    kind === "category" ? { type: kind, categories: [] } : { type: kind, unit: "", bounds: [null, null] };
  const card = {
    name: nameOf(file),
    description: "",
    tags: [],
    columns: Object.fromEntries(asked.map(([name, kind]) => [name, column(kind)])),
    unit: { column: person ?? null, mostRowsEach: null },
    people: { isPublic: false, band: [null, null] },
    budget: { epsilon: null },
    mock: [],
  };
  return {
    card,
    leftOpen: [
      ...(numbers.length > 0
        ? [`bounds of ${named(numbers)}: what is possible for this kind of measurement`]
        : []),
      ...(categories.length > 0
        ? [`categories of ${named(categories)}: all that are possible; leave free text out of the card`]
        : []),
      person === undefined
        ? 'unit: the column that tells people apart and the most rows of each that count, or "row" where each row is a person'
        : `unit: whether ${person} tells people apart, and the most rows of each that count`,
      "people: a band for their number that you may show, as [100, 1000]",
      "budget: the epsilon that all questions together may ever cost, as 10",
    ],
  };
}

/** Names that a line shows. */
const mostNamed = 8;

function named(names: readonly string[]): string {
  const shown = names.slice(0, mostNamed).join(", ");
  return names.length > mostNamed ? `${shown} and ${names.length - mostNamed} more` : shown;
}

/** The file's own name in the letters that a dataset's name has. */
function nameOf(file: string): string {
  const [stem = ""] = basename(file).toLowerCase().split(".", 1);
  const name = stem.replace(/[^a-z0-9_-]+/g, "-").replace(/^[^a-z0-9]+|-+$/g, "");
  return name.slice(0, 64) || "dataset";
}
