// An owner's file as DuckDB reads it: its columns by name, each as text and as a number.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { DuckDbSession } from "../engine/duckdb-session.ts";
import { identifier, pathLiteral, textLiteral } from "../engine/sql-text.ts";
import { readCsvHeader } from "./csv-header.ts";

export type SourceProblem = Problem<"file-unreadable" | "file-ragged" | "card-column-missing">;

/** SQL that reads one column of a source: as text, and as a double; NULL where it is neither. */
export type SourceColumn = {
  readonly name: string;
  readonly text: string;
  readonly number: string;
  /** SQL that holds where the cell is empty. */
  readonly isEmpty: string;
};

export type Source = {
  readonly what: "file" | "table";
  /** SQL for a FROM clause that gives the columns named. */
  readonly from: (names: readonly string[]) => string;
  readonly columns: readonly SourceColumn[];
  /** CSV sets rows that do not fit aside in `rejects.errors`; the others fail as a whole. */
  readonly setsAside: boolean;
};

/** Tables of rows that did not fit, inside the ingest's own passing database. */
export const rejects = { errors: "rejected_lines", scans: "rejected_scans", most: 1_000 } as const;

type FileKind = { readonly kind: "csv" | "parquet" | "json"; readonly isPacked: boolean };

/** Opens a file by its ending: .csv, .tsv, .parquet, .json, .ndjson, .jsonl; all but Parquet also with .gz. */
export async function openSource(
  session: DuckDbSession,
  file: string,
): Promise<Result<Source, SourceProblem>> {
  const kind = kindOf(file);
  if (kind === undefined) {
    return err(
      problem("file-unreadable", "the file is of no kind that can be read", {
        hint: "its name ends in .csv, .csv.gz, .tsv, .parquet, .json, .ndjson or .jsonl",
      }),
    );
  }
  try {
    switch (kind.kind) {
      case "csv":
        return await openCsv(file, kind.isPacked);
      case "parquet":
        return ok(await openTyped(session, `read_parquet(${pathLiteral(file)})`));
      case "json":
        return ok(await openJson(session, file));
      default:
        return kind.kind satisfies never;
    }
  } catch {
    // The engine's own words may quote the file, so the owner hears which file and what to check instead.
    return err(unreadable());
  }
}

export function unreadable(): Problem<"file-unreadable"> {
  return problem("file-unreadable", "the file could not be read", {
    hint: "check that it is there, whole, of the kind that its name says, and in UTF-8",
  });
}

function kindOf(file: string): FileKind | undefined {
  const [, ending, gz] = /\.(csv|tsv|parquet|json|ndjson|jsonl)(\.gz)?$/i.exec(file) ?? [];
  const isPacked = gz !== undefined;
  switch (ending?.toLowerCase()) {
    case "csv":
    case "tsv":
      return { kind: "csv", isPacked };
    case "parquet":
      return isPacked ? undefined : { kind: "parquet", isPacked };
    case "json":
    case "ndjson":
    case "jsonl":
      return { kind: "json", isPacked };
    default:
      return undefined;
  }
}

async function openCsv(file: string, isPacked: boolean): Promise<Result<Source, SourceProblem>> {
  const header = await readCsvHeader(file, isPacked);
  if (header === undefined)
    return err(problem("file-unreadable", "the file is empty: it has no line of column names"));
  const twice = header.names.find((name, at) => header.names.indexOf(name) !== at);
  if (twice !== undefined) {
    return err(
      problem("file-unreadable", `the file has two columns called ${JSON.stringify(twice.slice(0, 80))}`),
    );
  }
  const place = (name: string) => identifier(`n${header.names.indexOf(name)}`);
  const columns = header.names.map((_, at) => `n${at}: 'VARCHAR'`).join(", ");
  const options = [
    "auto_detect = false",
    "header = true",
    `delim = ${textLiteral(header.separator)}`,
    `quote = '"'`,
    `escape = '"'`,
    "strict_mode = true",
    "null_padding = false",
    `compression = '${isPacked ? "gzip" : "none"}'`,
    "store_rejects = true",
    `rejects_table = '${rejects.errors}'`,
    `rejects_scan = '${rejects.scans}'`,
    `rejects_limit = ${rejects.most}`,
    `columns = {${columns}}`,
  ];
  return ok({
    what: "file",
    from: () => `read_csv(${pathLiteral(file)}, ${options.join(", ")})`,
    columns: header.names.map((name) => ofText(name, place(name))),
    setsAside: true,
  });
}

/** JSON is described first, then read with every column as text, so that a number may stand where others have text. */
async function openJson(session: DuckDbSession, file: string): Promise<Source> {
  const path = pathLiteral(file);
  const described = await openTyped(session, `read_json(${path})`);
  return {
    what: "file",
    from: (names) => {
      const columns = names.map((name) => `${textLiteral(name)}: 'VARCHAR'`).join(", ");
      return `read_json(${path}, columns = {${columns}})`;
    },
    columns: described.columns.map(({ name }) => ofText(name, identifier(name))),
    setsAside: false,
  };
}

async function openTyped(session: DuckDbSession, from: string): Promise<Source> {
  const described = await session.rows(`DESCRIBE SELECT * FROM ${from}`);
  return {
    what: "file",
    from: () => from,
    columns: described.map(([name, type]) => ofType(String(name), String(type))),
    setsAside: false,
  };
}

function ofType(name: string, type: string): SourceColumn {
  const column = identifier(name);
  if (/^(FLOAT|DOUBLE)$/.test(type)) {
    // 1.0 is the category "1", as it is in a file that kept it as a whole number.
    const whole = `${column} = floor(${column}) AND abs(${column}) < 9007199254740992`;
    const text = `CASE WHEN ${whole} THEN CAST(CAST(${column} AS BIGINT) AS VARCHAR) ELSE CAST(${column} AS VARCHAR) END`;
    return { name, text, number: `CAST(${column} AS DOUBLE)`, isEmpty: `${column} IS NULL` };
  }
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL.*|BOOLEAN)$/.test(type))
    return {
      name,
      text: `CAST(${column} AS VARCHAR)`,
      number: `TRY_CAST(${column} AS DOUBLE)`,
      isEmpty: `${column} IS NULL`,
    };
  return ofText(name, `CAST(${column} AS VARCHAR)`);
}

/** A column of texts, in which a number may stand. `text` is SQL. */
export function ofText(name: string, text: string): SourceColumn {
  return {
    name,
    text,
    number: `TRY_CAST(${text} AS DOUBLE)`,
    isEmpty: `(${text} IS NULL OR trim(${text}) = '')`,
  };
}
