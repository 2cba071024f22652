// Released numbers laid out as the table that a SELECT asked for. Dropping, sorting and cutting rows works on
// what was released and on public keys, so it costs nothing and tells nothing more.

import type { NestedNumbers } from "@unseen/program";
import type { SentTranslation, TableLayout } from "@unseen/wire";
import { type Answer, printSpent, type Receipt } from "../datasets/answer.ts";
import { lossOfBoth } from "../datasets/keys-and-values.ts";
import type { KeysAnswer } from "../datasets/keys-answer.ts";
import { type Loss, printLoss } from "../datasets/offer.ts";
import type { QuestionDesk } from "../datasets/question-desk.ts";

export type SqlCell = number | string;

type TableParts = Omit<SqlTable, "toString">;

type Asked = Pick<QuestionDesk, "dataset" | "node">;

type Parts = Pick<Answer, "spent" | "remaining" | "receipt" | "guarantee"> & {
  readonly joinedRemaining?: Loss;
};

/** One row before any is dropped: a value and a half-width for each column, hidden ones included. */
type WideRow = { readonly cells: readonly SqlCell[]; readonly plusMinus: readonly (number | null)[] };

export class SqlTable {
  /** As SQL names it: of a join, "visits JOIN patients". */
  readonly dataset: string;
  /** The address of the owner's node. */
  readonly node: string;
  readonly columns: readonly string[];
  /** In the order of `columns`. Every declared group has its row, noised, if HAVING and LIMIT leave it. */
  readonly rows: readonly (readonly SqlCell[])[];
  /** Half-width of the 95 % interval of the noise for each cell; null for group keys, which are public. */
  readonly plusMinus: readonly (readonly (number | null)[])[];
  /** Of all that was asked, the keys too. */
  readonly spent: Loss;
  /** The keys that were asked for first, where a column of texts was grouped by, and their part of `spent`. */
  readonly keys: KeysAnswer | undefined;
  /** What this asker may still spend on the dataset. */
  readonly remaining: Loss;
  /** The same on the dataset that it was joined with, where it was. */
  readonly joinedRemaining?: Loss;
  readonly receipt: Receipt;
  /** In plain words, who was protected and how. */
  readonly guarantee: string;

  private constructor(parts: TableParts) {
    this.dataset = parts.dataset;
    this.node = parts.node;
    this.columns = parts.columns;
    this.rows = parts.rows;
    this.plusMinus = parts.plusMinus;
    this.spent = parts.spent;
    this.keys = parts.keys;
    this.remaining = parts.remaining;
    if (parts.joinedRemaining !== undefined) this.joinedRemaining = parts.joinedRemaining;
    this.receipt = parts.receipt;
    this.guarantee = parts.guarantee;
  }

  /** `answer` is to the translation's program, a list with a value for each output. */
  static of({ layout }: SentTranslation, desk: Asked, answer: Answer, keys?: KeysAnswer): SqlTable {
    const parts: Parts =
      keys === undefined
        ? answer
        : {
            ...answer,
            spent: lossOfBoth(keys, answer.spent),
            guarantee: `Keys: ${keys.guarantee}\nNumbers: ${answer.guarantee}`,
          };
    return SqlTable.#laid(layout, desk, laidOut(layout, answer), parts, keys);
  }

  /** No key may be shown, so there is no group, and the numbers were not asked for. */
  static withoutRows({ layout }: SentTranslation, desk: Asked, keys: KeysAnswer): SqlTable {
    return SqlTable.#laid(layout, desk, [], keys, keys);
  }

  static #laid(
    layout: TableLayout,
    { dataset, node }: Asked,
    rows: readonly WideRow[],
    parts: Parts,
    keys: KeysAnswer | undefined,
  ): SqlTable {
    const { shown } = layout;
    return new SqlTable({
      dataset,
      node,
      columns: layout.columns.slice(0, shown).map(({ name }) => name),
      rows: rows.map(({ cells }) => cells.slice(0, shown)),
      plusMinus: rows.map(({ plusMinus }) => plusMinus.slice(0, shown)),
      spent: parts.spent,
      keys,
      remaining: parts.remaining,
      ...(parts.joinedRemaining === undefined ? {} : { joinedRemaining: parts.joinedRemaining }),
      receipt: parts.receipt,
      guarantee: parts.guarantee,
    });
  }

  /** Aligned columns, each released number with its half-width: numbers to the right, words to the left. */
  toString(): string {
    const columns = this.columns.map((name, at) => {
      const cells = this.rows.map((row, line) => shownCell(row[at]!, this.plusMinus[line]![at]!));
      return aligned(
        [name, ...cells],
        this.rows.some((row) => typeof row[at] === "string"),
      );
    });
    const lines = Array.from({ length: this.rows.length + 1 }, (_, line) =>
      columns
        .map((column) => column[line]!)
        .join("  ")
        .trimEnd(),
    );
    const ofKeys = this.keys === undefined ? "" : `; of it ${printLoss(this.keys.spent)} for the keys`;
    const price = `${printSpent(this)}${ofKeys}`;
    return [...lines, "", `± holds the number without noise 95 times out of 100; ${price}`].join("\n");
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

function laidOut(layout: TableLayout, answer: Answer): readonly WideRow[] {
  const values = listOf(answer.value);
  const halfWidths = listOf(answer.plusMinus);
  const wide = Array.from({ length: layout.rows }, (_, row): WideRow => {
    const cells = layout.columns.map(({ cells }) =>
      cells.kind === "public" ? cells.values[row]! : numberAt(values[cells.output]!, row),
    );
    const plusMinus = layout.columns.map(({ cells }) =>
      cells.kind === "public" ? null : numberAt(halfWidths[cells.output]!, row),
    );
    return { cells, plusMinus };
  });
  const { keep, order, offset, mostRows } = layout;
  const kept = keep === undefined ? wide : wide.filter(({ cells }) => cells[keep] !== 0);
  const sorted = order.length === 0 ? kept : kept.toSorted((a, b) => compareRows(a, b, order));
  return sorted.slice(offset, mostRows === undefined ? undefined : offset + mostRows);
}

function compareRows(a: WideRow, b: WideRow, order: TableLayout["order"]): number {
  for (const { column, isDescending } of order) {
    const difference = compareCells(a.cells[column]!, b.cells[column]!);
    if (difference !== 0) return isDescending ? -difference : difference;
  }
  return 0;
}

/** Numbers by size, texts by their characters; a column holds one or the other. */
function compareCells(a: SqlCell, b: SqlCell): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : Number(left > right);
}

function listOf(nested: NestedNumbers): readonly NestedNumbers[] {
  return typeof nested === "number" ? [nested] : nested;
}

/** A negative zero, as of minus a count of nobody, is shown as zero. */
function numberAt(nested: NestedNumbers, row: number): number {
  return (typeof nested === "number" ? nested : (nested[row] as number)) + 0;
}

/** Digits of a half-width that are shown; the value is shown to the same place. */
const digitsOfHalfWidth = 2;
const digitsOfExact = 6;

function shownCell(cell: SqlCell, plusMinus: number | null): string {
  if (typeof cell === "string") return cell;
  if (plusMinus === null) return String(Number(cell.toPrecision(digitsOfExact)));
  if (!(plusMinus > 0) || !Number.isFinite(plusMinus) || !Number.isFinite(cell))
    return `${cell} ± ${plusMinus}`;
  const places = digitsOfHalfWidth - 1 - Math.floor(Math.log10(plusMinus));
  return `${toPlaces(cell, places)} ± ${toPlaces(plusMinus, places)}`;
}

function toPlaces(value: number, places: number): string {
  if (places >= 0) return value.toFixed(Math.min(places, 100));
  const step = 10 ** -places;
  return String(Math.round(value / step) * step);
}

function aligned(texts: readonly string[], isText: boolean): readonly string[] {
  const width = Math.max(...texts.map((text) => text.length));
  return texts.map((text) => (isText ? text.padEnd(width) : text.padStart(width)));
}
