// Drafts a card for an owner to finish. Of the data it uses the columns' names and, for a guess of each
// type, whether cells are numbers; no value of the data goes into the draft.

import { basename, resolve } from "node:path";
import { err, ok, type Result } from "@unseen/base";
import { DuckDbSession } from "../engine/duckdb-session.ts";
import { openSource, type Source, type SourceColumn, type SourceProblem, unreadable } from "./source.ts";

export type CardDraft = {
  /** JSON for the owner to edit. It is no card yet: what must be declared is null or an empty list. */
  readonly card: Readonly<Record<string, unknown>>;
  /** What to do with it and why, one paragraph each. */
  readonly notes: readonly string[];
};

/** Rows whose cells decide the guess of a type. */
const rowsLookedAt = 10_000;
/** A column with a few words among its numbers is still one of numbers. */
const leastShareOfNumbers = 0.9;
/** Texts of a column that an owner would still list by hand. */
const mostCategories = 50;
/** Names by which columns usually tell people apart. */
const namesPeople =
  /^(.*[_ -])?(patient|person|subject|user|member|customer|client|participant)?[_ -]?(id|nr|number|key|uuid)$/i;

/** Cost: reads at most 10,000 rows of the file. */
export async function suggestCard(file: string): Promise<Result<CardDraft, SourceProblem>> {
  using session = await DuckDbSession.open(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const source = await openSource(session, resolve(file));
  if (!source.ok) return source;
  try {
    const guesses = await guessTypes(session, source.value);
    return ok(draftOf(file, guesses));
  } catch {
    return err(unreadable());
  }
}

type Guess = { readonly name: string; readonly type: "number" | "integer" | "category" | "text" };

async function guessTypes(session: DuckDbSession, source: Source): Promise<readonly Guess[]> {
  const names = source.columns.map(({ name }) => name);
  const counted = source.columns.flatMap(countsOf);
  const [row] = await session.rows(
    `SELECT ${counted.join(", ")} FROM (SELECT * FROM ${source.from(names)} LIMIT ${rowsLookedAt})`,
  );
  const counts = (row ?? []).map(Number);
  return names.map((name, at) => {
    const [filled, numbers, whole, different] = counts.slice(4 * at, 4 * at + 4) as [
      number,
      number,
      number,
      number,
    ];
    if (numbers === 0 || numbers < filled * leastShareOfNumbers)
      return { name, type: different > mostCategories ? "text" : "category" };
    return { name, type: whole === numbers ? "integer" : "number" };
  });
}

function countsOf({ number, text, isEmpty }: SourceColumn): readonly string[] {
  const isNumber = `coalesce(isfinite(${number}), false)`;
  return [
    `count(*) FILTER (NOT (${isEmpty}))`,
    `count(*) FILTER (${isNumber})`,
    `count(*) FILTER (CASE WHEN ${isNumber} THEN ${number} = floor(${number}) ELSE false END)`,
    `count(DISTINCT ${text})`,
  ];
}

function draftOf(file: string, guesses: readonly Guess[]): CardDraft {
  const person = guesses.find(({ name }) => namesPeople.test(name))?.name;
  const asked = guesses.filter(({ name }) => name !== person);
  const columns = asked.map(({ name, type }) => [
    name,
    type === "category" ? { type, categories: [] } : type === "text" ? { type } : { type, bounds: null },
  ]);
  const card = {
    name: nameFrom(file),
    description: "",
    tags: [],
    columns: Object.fromEntries(columns),
    unit: person === undefined ? "row" : { column: person, mostRowsEach: 1 },
    people: { isPublic: false, band: null },
    budget: { epsilon: 10, delta: 1e-6, perAsker: 5 },
    mock: [],
  };
  return { card, notes: notesFor(person) };
}

function notesFor(person: string | undefined): readonly string[] {
  const unit =
    person === undefined
      ? 'Unit: each row is taken for one person. If a person may have several rows, name the column that tells people apart: "unit": { "column": "patient_id", "mostRowsEach": 3 }.'
      : `Unit: the column ${JSON.stringify(person)} is taken for the one that tells people apart, by its name alone. Check it, and declare the most rows that count for one person.`;
  return [
    "Declare the bounds of each number and the categories of each category from what you know of the measurement, as [60, 140] for a blood pressure. Do not read them off the data: the least and the greatest value of a column are single people's values, a rare category is a single person's too, and everything that is answered later would tell about them.",
    "The types are guesses, and for them the first rows of the file were looked at: whether cells are numbers, and whole, and whether texts are more than fifty different ones. A column of texts declares none of its texts: it can be grouped by those that enough people have, and compared with texts that an asker names. Nothing else of the data is in this draft. Check each type, and leave out every column that nobody needs to ask about.",
    unit,
    'People: declare a band for their number, as [100, 1000], or { "isPublic": true } where the number is no secret.',
  ];
}

function nameFrom(file: string): string {
  const name = basename(file)
    .replace(/\..*$/, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, 64);
  return name === "" ? "dataset" : name;
}
