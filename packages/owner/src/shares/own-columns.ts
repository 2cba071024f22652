// What of a dataset becomes shares, from its card and the owner's permit: which columns, on how many rows, on which grid.
// Nothing here is read from the rows.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { usualFractionBits } from "@unseen/mpc";
import { type DatasetFacts, datasetFacts } from "@unseen/privacy";
import type { Card } from "@unseen/program";
import { type AskedColumns, type SentColumns, type SharedFacts, wireLimits } from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import { findDataset, type QuestionPorts, rowsOf } from "../questions/index.ts";
import type { Permitted, SharePermits } from "../share-permits/index.ts";
import type { AgreedParties } from "./agree-on-parties.ts";

/** As many rows as are told to everybody; where that is more than there are, the last column says which rows are there. */
export type Layout = {
  readonly rows: number;
  readonly hasPresence: boolean;
  readonly fractionBits: number;
  readonly bounds: readonly (readonly [least: number, greatest: number])[];
};

/** Products and truncations need room above it; the range analysis of a program is stricter. */
const largestOnShares = 2 ** 53;

export type OwnColumns = {
  readonly snapshot: string;
  readonly permitted: Permitted;
  readonly layout: Layout;
  readonly told: SentColumns;
};

export async function ownColumns(
  { datasets }: Pick<QuestionPorts, "datasets">,
  permits: Pick<SharePermits, "permitted">,
  caller: Caller,
  { dataset, columns }: AskedColumns,
  parties: AgreedParties,
): Promise<Result<OwnColumns, Problem>> {
  const found = await findDataset(datasets, dataset);
  if (!found.ok) return found;
  const { card, snapshot, peopleCount } = found.value;
  const rows = rowsOf({ kind: "dataset", sides: [found.value] });
  if (!rows.ok) return rows;
  const permitted = permits.permitted(caller, { ...parties, dataset, snapshot, columns });
  if (!permitted.ok) return permitted;
  const layout = layoutOf(card, columns, datasetFacts(card, card.people.isPublic ? peopleCount : undefined));
  if (!layout.ok) return layout;
  const { permit } = permitted.value;
  const told = { facts: factsOf(layout.value), permitId: permit.id, validUntilMs: permit.untilMs };
  return ok({ snapshot, permitted: permitted.value, layout: layout.value, told });
}

/** The number of rows is shown where the card makes it public, and otherwise the most that it allows for. */
export function layoutOf(
  card: Card,
  columns: readonly string[],
  { publicRowCount, mostRows }: Pick<DatasetFacts, "publicRowCount" | "mostRows">,
): Result<Layout, Problem> {
  const bounds: (readonly [number, number])[] = [];
  let isWhole = true;
  for (const name of columns) {
    const column = card.columns[name];
    if (column === undefined || (column.type !== "number" && column.type !== "integer")) {
      return err(
        problem("column-not-askable", `${JSON.stringify(name.slice(0, 80))} is no column of numbers`, {
          hint: "columns of numbers become shares",
        }),
      );
    }
    isWhole &&= column.type === "integer";
    bounds.push(column.bounds);
  }
  const layout: Layout = {
    rows: publicRowCount ?? mostRows,
    hasPresence: publicRowCount === undefined,
    fractionBits: isWhole ? 0 : usualFractionBits,
    bounds,
  };
  const { shape, least, greatest } = factsOf(layout);
  if (Math.max(Math.abs(least), Math.abs(greatest)) * 2 ** layout.fractionBits >= largestOnShares)
    return err(
      problem("range-exceeded", "the declared bounds of a column are wider than numbers on shares may be"),
    );
  if (shape[0]! * shape[1]! <= wireLimits.sharedElements) return ok(layout);
  return err(
    problem(
      "message-too-large",
      `a shared tensor may hold ${wireLimits.sharedElements} numbers and no more`,
      {
        hint: "share fewer columns at once",
      },
    ),
  );
}

function factsOf({ rows, hasPresence, fractionBits, bounds }: Layout): SharedFacts {
  // Rows that are not there are zeros.
  const filled = hasPresence ? [...bounds, [0, 1] as const] : bounds;
  return {
    shape: [rows, filled.length],
    fractionBits,
    least: Math.min(...filled.map(([least]) => least)),
    greatest: Math.max(...filled.map(([, greatest]) => greatest)),
  };
}

/** The numbers on the grid of shares, row by row, each held to its declared bounds. */
export function wordsOf(
  columns: readonly Float64Array[],
  { rows, hasPresence, fractionBits, bounds }: Layout,
): BigUint64Array {
  const width = bounds.length + (hasPresence ? 1 : 0);
  const words = new BigUint64Array(rows * width);
  const scale = 2 ** fractionBits;
  const there = Math.min(rows, columns[0]!.length);
  for (let row = 0; row < there; row += 1) {
    for (const [at, [least, greatest]] of bounds.entries()) {
      const held = Math.min(Math.max(columns[at]![row]!, least), greatest);
      words[row * width + at] = BigInt.asUintN(64, BigInt(Math.round(held * scale)));
    }
    if (hasPresence) words[row * width + width - 1] = BigInt(scale);
  }
  return words;
}
