import { create } from "@bufbuild/protobuf";
import { err, ok, type Problem, type Result } from "@unseen/base";
import { type Cell, type SampleResponse, SampleResponseSchema } from "../gen/unseen/v1/grid_pb.ts";
import { wireLimits } from "../limits.ts";
import { plainText } from "../plain-text.ts";
import { decodeAll, replyMalformed } from "./reply.ts";

/** Mock rows, a cell for each column: "declared" were written by the owner, "synthetic" drawn from declared bounds. */
export type SampleRows = {
  readonly origin: "declared" | "synthetic";
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (number | string)[])[];
};

export function encodeSample({ origin, columns, rows }: SampleRows): SampleResponse {
  return create(SampleResponseSchema, {
    origin,
    columns: [...columns],
    rows: rows.map((row) => ({ cells: row.map((cell) => ({ value: encodeCell(cell) })) })),
  });
}

export function encodeCell(cell: number | string) {
  if (typeof cell === "number") return { case: "number", value: cell } as const;
  return { case: "text", value: cell } as const;
}

export function decodeSample(message: SampleResponse): Result<SampleRows, Problem> {
  const { origin } = message;
  if (origin !== "declared" && origin !== "synthetic")
    return err(replyMalformed("the sample does not say where its rows come from"));
  const columns = decodeAll(message.columns, wireLimits.columns, "columns", (text) =>
    ok(plainText(text, wireLimits.nameLength)),
  );
  if (!columns.ok) return columns;
  const rows = decodeAll(message.rows, wireLimits.sampleRows, "rows", ({ cells }) =>
    cells.length === columns.value.length
      ? decodeAll(cells, wireLimits.columns, "cells", decodeCell)
      : err(replyMalformed("a row of the sample has not one cell for each column")),
  );
  return rows.ok ? ok({ origin, columns: columns.value, rows: rows.value }) : rows;
}

export function decodeCell({ value }: Cell): Result<number | string, Problem> {
  if (value.case === "number") return ok(value.value);
  if (value.case === "text") return ok(plainText(value.value, wireLimits.problemLength));
  return err(replyMalformed("a cell is empty"));
}
