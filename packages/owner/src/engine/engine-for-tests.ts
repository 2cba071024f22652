import { createHash } from "node:crypto";
import { join } from "node:path";
import { platformEntropy } from "@unseen/base";
import { type Across, acrossRows, type Columns, type Contribution, type People } from "@unseen/privacy";
import {
  makeProgram,
  type OperationNode,
  type Program,
  type ProgramNode,
  type Shape,
  scalar,
} from "@unseen/program";
import type { Receipt } from "../ledger/index.ts";
import { receiptOf } from "../ledger/receipt.ts";
import { choiceRank } from "./choice-rank.ts";
import { DuckDbSession } from "./duckdb-session.ts";
import {
  metadataKey,
  newSnapshotName,
  personColumn,
  type SnapshotColumn,
  type SnapshotMetadata,
  snapshotVersion,
} from "./snapshot.ts";
import { doubleLiteral, identifier, snapshotColumn, textLiteral } from "./sql-text.ts";
import { storedPlaces } from "./stored-places.ts";

const entropy = platformEntropy(globalThis.crypto);

export const receipt: Receipt = receiptOf({
  serial: 1n,
  asker: "ada",
  ask_id: "ask-1",
  dataset: "test",
  question_hash: "q",
  epsilon: 1n,
  delta: 0n,
  charged_at_ms: 0n,
  joined: "",
  event: "[]",
  position: 1n,
  hash: "0".repeat(64),
});

/** A snapshot written by hand, as ingest would write it. `people` says whose each row is, by number. */
export async function writtenSnapshot(
  dataDirectory: string,
  declared: readonly SnapshotColumn[],
  columns: Columns,
  people?: readonly number[],
): Promise<string> {
  const snapshot = newSnapshotName(entropy.fill(new Uint8Array(16)));
  const names = declared.map(({ name }) => name);
  const rowCount = columns.get(names[0]!)!.length;
  const rows = Array.from(
    { length: rowCount },
    (_, row) =>
      `(${[
        ...names.map((name) => cellLiteral(columns.get(name)![row]!)),
        ...(people === undefined ? [] : [pseudonymOf(people[row]!)]),
      ].join(", ")})`,
  );
  const named = people === undefined ? [] : [personColumn];
  const listed = [...names.map((name) => identifier(snapshotColumn(name))), ...named].join(", ");
  const empty = [
    ...names.map((name) => {
      const isText = !(columns.get(name) instanceof Float64Array);
      return `${cellLiteral(isText ? "" : 0)} AS ${identifier(snapshotColumn(name))}`;
    }),
    ...named.map((name) => `${pseudonymOf(0)} AS ${name}`),
  ];
  const source =
    rowCount === 0
      ? `SELECT ${empty.join(", ")} WHERE false`
      : `SELECT * FROM (VALUES ${rows.join(", ")}) AS t(${listed})`;
  await writeParquet(join(dataDirectory, snapshot), declared, source, people !== undefined);
  return snapshot;
}

function cellLiteral(cell: number | string | null): string {
  if (cell === null) return "CAST(NULL AS VARCHAR)";
  return typeof cell === "number" ? doubleLiteral(cell) : textLiteral(cell);
}

/** Any 128 bits that tell people apart, as DuckDB writes them. */
export function pseudonym(person: number): string {
  const hex = createHash("sha256").update(String(person)).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}

function pseudonymOf(person: number): string {
  return `CAST('${pseudonym(person)}' AS UUID)`;
}

/** The same for the plain rules. */
export function peopleOf(people: readonly number[]): People {
  return { whose: people.map(pseudonym), rank: choiceRank };
}

export async function writeParquet(
  path: string,
  declared: readonly SnapshotColumn[],
  source: string,
  hasPeople = false,
): Promise<void> {
  using session = await DuckDbSession.open(":memory:", {});
  const places = declared.flatMap((column) => storedPlaces(column) ?? []);
  const prepared = places.map(({ name }) => name);
  const metadata: SnapshotMetadata = { version: snapshotVersion, hasPeople, columns: declared, prepared };
  const written = `SELECT ${["*", ...places.map(({ sql, name }) => `${sql} AS ${name}`)].join(", ")} FROM (${source})`;
  await session.run(
    `COPY (${written}) TO ${textLiteral(path)} (FORMAT parquet, KV_METADATA {${metadataKey}: ${textLiteral(JSON.stringify(metadata))}})`,
  );
}

export const rowsShape: Shape = ["rows"];

export function input(name: string): ProgramNode {
  return { kind: "input", name, shape: rowsShape };
}

export function number(value: number): ProgramNode {
  return { kind: "constant", value: scalar(value) };
}

export function apply(
  operation: string,
  inputs: readonly number[],
  attributes: OperationNode["attributes"] = {},
): ProgramNode {
  return { kind: "operation", operation, inputs, attributes };
}

/** A program of the given nodes whose last one is its output. */
export function programFrom(nodes: readonly ProgramNode[]): Program {
  const program = makeProgram({ nodes, outputs: [nodes.length - 1] });
  if (!program.ok) throw new Error(program.problem.message);
  return program.value;
}

/** Whole numbers of steps, and all groups unless said. */
export type PeopleInSteps = {
  readonly least: number;
  readonly greatest: number;
  readonly mostGroupsEach?: number;
};

/** Every element on the same grid. */
export function contributionOf(
  nodes: readonly ProgramNode[],
  {
    exponent = -16,
    least = -(2 ** 24),
    greatest = 2 ** 24,
    oneHot = false,
    people = undefined as PeopleInSteps | undefined,
  } = {},
): Contribution {
  const program = programFrom(nodes);
  const shape = program.shapes[program.outputs[0]!]!.slice(1) as readonly number[];
  const width = shape.reduce((product, size) => product * size, 1);
  const grid = {
    exponent: new Int32Array(width).fill(exponent),
    least: new Float64Array(width).fill(least),
    greatest: new Float64Array(width).fill(greatest),
  };
  const across: Across =
    people === undefined
      ? acrossRows
      : {
          kind: "people",
          least: new Float64Array(width).fill(people.least),
          greatest: new Float64Array(width).fill(people.greatest),
          mostGroupsEach: people.mostGroupsEach ?? width,
        };
  return { program, shape, grid, across, oneHot };
}
