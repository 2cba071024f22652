// A SELECT as the program that asks it, and how the numbers that it releases become a table.

import { create } from "@bufbuild/protobuf";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { Program, Shape } from "@unseen/program";
import {
  type TableLayout as TableLayoutMessage,
  type TranslateResponse,
  TranslateResponseSchema,
  type TableColumn as WireColumn,
} from "../gen/unseen/v1/grid_pb.ts";
import { wireLimits } from "../limits.ts";
import { plainText } from "../plain-text.ts";
import { decodeProgram, encodeProgram } from "./program-codec.ts";
import { decodeAll, decodeJoined, replyMalformed } from "./reply.ts";
import { decodeCell, encodeCell } from "./sample-codec.ts";

export type TableColumnLayout = {
  readonly name: string;
  readonly cells: /** Place among the program's outputs, which hold one number, or one for each row. */
    | { readonly kind: "released"; readonly output: number }
    /** Group keys and other public values, one for each row. */
    | { readonly kind: "public"; readonly values: readonly (number | string)[] };
};

/** Rows are dropped, then sorted, then cut. Nothing is computed: conditions and sort keys are columns too. */
export type TableLayout = {
  readonly rows: number;
  /** The columns to show come first. */
  readonly columns: readonly TableColumnLayout[];
  readonly shown: number;
  /** The column that is not 0 where a row is kept. */
  readonly keep?: number;
  readonly order: readonly { readonly column: number; readonly isDescending: boolean }[];
  readonly offset: number;
  readonly mostRows?: number;
};

/** The statement groups by a column of texts, and which of its texts are groups was not given. */
export type WantedKeys = { readonly dataset: string; readonly wantsKeysOf: string };

/** Keys of columns of texts, by the name of the column. */
export type GivenKeys = ReadonlyMap<string, readonly string[]>;

export type SentTranslation = {
  readonly dataset: string;
  /** The second dataset, where two are joined on the person. */
  readonly joined?: string;
  readonly program: Program;
  readonly layout: TableLayout;
};

export function encodeTranslation(sent: SentTranslation | WantedKeys): TranslateResponse {
  if ("wantsKeysOf" in sent)
    return create(TranslateResponseSchema, { dataset: sent.dataset, wantsKeysOf: sent.wantsKeysOf });
  const { dataset, joined, program, layout } = sent;
  const { rows, columns, shown, keep, order, offset, mostRows } = layout;
  return create(TranslateResponseSchema, {
    dataset,
    joined: joined ?? "",
    program: encodeProgram(program),
    layout: {
      rows,
      columns: columns.map(({ name, cells }) => ({ name, cells: encodeCells(cells) })),
      shown,
      order: order.map(({ column, isDescending }) => ({ column, descending: isDescending })),
      offset,
      ...(keep === undefined ? {} : { keep }),
      ...(mostRows === undefined ? {} : { mostRows }),
    },
  });
}

function encodeCells(cells: TableColumnLayout["cells"]) {
  if (cells.kind === "released") return { case: "output", value: cells.output } as const;
  const value = { cells: cells.values.map((cell) => ({ value: encodeCell(cell) })) };
  return { case: "keys", value } as const;
}

/** What a client reads fits together: every place that the layout names is there and has a number for each row. */
export function decodeTranslation(message: TranslateResponse): Result<SentTranslation | WantedKeys, Problem> {
  const { dataset, joined, wantsKeysOf } = message;
  if (!isName(dataset) || (joined !== "" && !isName(joined)))
    return err(replyMalformed("the translation does not name a dataset"));
  if (wantsKeysOf !== "") {
    return wantsKeysOf.length <= wireLimits.nameLength && wantsKeysOf === plainText(wantsKeysOf, Infinity)
      ? ok({ dataset, wantsKeysOf })
      : err(replyMalformed("the translation does not name a column"));
  }
  const program = decodeProgram(message.program);
  if (!program.ok) return program;
  const layout = decodeLayout(message.layout, program.value);
  return layout.ok
    ? ok({ dataset, ...decodeJoined(joined), program: program.value, layout: layout.value })
    : layout;
}

/** Asked under as it stands, so what would have to be cleaned is none. */
function isName(text: string): boolean {
  return text !== "" && text.length <= wireLimits.nameLength && text === plainText(text, Infinity);
}

function decodeLayout(
  message: TableLayoutMessage | undefined,
  program: Program,
): Result<TableLayout, Problem> {
  if (message === undefined) return err(misfit());
  const { rows, shown, keep, offset, mostRows } = message;
  if (rows < 1 || rows > wireLimits.tableRows) return err(misfit());
  const columns = decodeAll(message.columns, wireLimits.tableColumns, "columns", (column) =>
    decodeColumn(column, rows, program),
  );
  if (!columns.ok) return columns;
  const isThere = (column: number) => column < columns.value.length;
  const order = decodeAll(message.order, wireLimits.tableColumns, "sort keys", ({ column, descending }) =>
    isThere(column) ? ok({ column, isDescending: descending }) : err(misfit()),
  );
  if (!order.ok) return order;
  if (shown < 1 || shown > columns.value.length) return err(misfit());
  if (keep !== undefined && !isThere(keep)) return err(misfit());
  return ok({
    rows,
    columns: columns.value,
    shown,
    order: order.value,
    offset,
    ...(keep === undefined ? {} : { keep }),
    ...(mostRows === undefined ? {} : { mostRows }),
  });
}

function decodeColumn(
  { name: sentName, cells }: WireColumn,
  rows: number,
  { outputs, shapes }: Program,
): Result<TableColumnLayout, Problem> {
  const name = plainText(sentName, wireLimits.nameLength);
  if (cells.case === "output") {
    const node = outputs[cells.value];
    if (node === undefined || !isOneForEach(shapes[node]!, rows)) return err(misfit());
    return ok({ name, cells: { kind: "released", output: cells.value } });
  }
  if (cells.case === undefined || cells.value.cells.length !== rows) return err(misfit());
  const values = decodeAll(cells.value.cells, wireLimits.tableRows, "group keys", decodeCell);
  return values.ok ? ok({ name, cells: { kind: "public", values: values.value } }) : values;
}

function isOneForEach(shape: Shape, rows: number): boolean {
  return shape.length === 0 ? rows === 1 : shape.length === 1 && shape[0] === rows;
}

function misfit(): Problem<"message-malformed"> {
  return problem("message-malformed", "the node's reply lays out a table that does not fit its question");
}
