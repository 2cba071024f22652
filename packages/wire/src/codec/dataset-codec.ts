// What anybody with an account may know of a dataset: the public part of its card.

import { create } from "@bufbuild/protobuf";
import { err, ok, type Problem, type Result } from "@unseen/base";
import { programLimits } from "@unseen/program";
import {
  type Column,
  ColumnSchema,
  type Dataset,
  DatasetSchema,
  type RowCount,
} from "../gen/unseen/v1/grid_pb.ts";
import { wireLimits } from "../limits.ts";
import { plainText } from "../plain-text.ts";
import { type BudgetText, decodeBudget, encodeBudget } from "./amounts.ts";
import { decodeAll, replyMalformed, wholeNumber } from "./reply.ts";

export type NumberColumnDescription = {
  readonly name: string;
  readonly type: "number" | "integer";
  readonly unit?: string;
  readonly least: number;
  readonly greatest: number;
  readonly description?: string;
};
export type CategoryColumnDescription = {
  readonly name: string;
  readonly type: "category";
  readonly categories: readonly string[];
  readonly description?: string;
};
/** Its values are declared nowhere: `longest` is how many characters a key has at most. */
export type TextColumnDescription = {
  readonly name: string;
  readonly type: "text";
  readonly longest: number;
  readonly description?: string;
};
export type ColumnDescription = NumberColumnDescription | CategoryColumnDescription | TextColumnDescription;

/** Exact where the owner made the number of people public; otherwise the owner's declared range, not a measurement. */
export type RowsDescription =
  | { readonly kind: "exact"; readonly exact: number }
  | { readonly kind: "band"; readonly least: number; readonly greatest: number };

export type DatasetDescription = {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly columns: readonly ColumnDescription[];
  readonly rows: RowsDescription;
  /** Who is protected, in words. */
  readonly privacyUnit: string;
  /** Undefined from a node that is older. */
  readonly mostRowsEach: number | undefined;
  readonly budget: BudgetText;
  /** Of a join on the person: the second dataset and its own line. */
  readonly joined?: { readonly name: string; readonly budget: BudgetText };
};

export function encodeDataset(dataset: DatasetDescription): Dataset {
  return create(DatasetSchema, {
    name: dataset.name,
    description: dataset.description,
    tags: [...dataset.tags],
    columns: dataset.columns.map(encodeColumn),
    rows: { count: encodeRows(dataset.rows) },
    privacyUnit: dataset.privacyUnit,
    budget: encodeBudget(dataset.budget),
    ...(dataset.joined === undefined
      ? {}
      : { joined: dataset.joined.name, joinedBudget: encodeBudget(dataset.joined.budget) }),
    mostRowsEach: dataset.mostRowsEach ?? 0,
  });
}

function encodeRows(rows: RowsDescription) {
  if (rows.kind === "exact") return { case: "exact", value: BigInt(rows.exact) } as const;
  const band = { least: BigInt(rows.least), greatest: BigInt(rows.greatest) };
  return { case: "band", value: band } as const;
}

function encodeColumn(column: ColumnDescription): Column {
  const { name, type, description = "" } = column;
  if (column.type === "category")
    return create(ColumnSchema, { name, type, description, categories: [...column.categories] });
  if (column.type === "text")
    return create(ColumnSchema, { name, type, description, longest: column.longest });
  const { unit = "", least, greatest } = column;
  return create(ColumnSchema, { name, type, description, unit, least, greatest });
}

export function decodeDataset(message: Dataset | undefined): Result<DatasetDescription, Problem> {
  if (message === undefined) return err(replyMalformed("the dataset is missing"));
  if (message.name === "" || message.name.length > wireLimits.nameLength)
    return err(replyMalformed("a dataset has no name, or one that is too long"));
  const tags = decodeAll(message.tags, wireLimits.tags, "tags", name);
  if (!tags.ok) return tags;
  const columns = decodeAll(message.columns, wireLimits.columns, "columns", decodeColumn);
  if (!columns.ok) return columns;
  const rows = decodeRows(message.rows);
  if (!rows.ok) return rows;
  const budget = decodeBudget(message.budget);
  if (!budget.ok) return budget;
  const joined = decodeJoinedLine(message);
  if (!joined.ok) return joined;
  return ok({
    name: plainText(message.name, wireLimits.nameLength),
    description: plainText(message.description, wireLimits.descriptionLength, "lines"),
    tags: tags.value,
    columns: columns.value,
    rows: rows.value,
    privacyUnit: plainText(message.privacyUnit, wireLimits.problemLength),
    mostRowsEach: message.mostRowsEach === 0 ? undefined : message.mostRowsEach,
    budget: budget.value,
    ...(joined.value === undefined ? {} : { joined: joined.value }),
  });
}

function decodeJoinedLine(message: Dataset): Result<DatasetDescription["joined"], Problem> {
  if (message.joined === "") return ok(undefined);
  const budget = decodeBudget(message.joinedBudget);
  return budget.ok
    ? ok({ name: plainText(message.joined, wireLimits.nameLength), budget: budget.value })
    : budget;
}

function name(text: string): Result<string, Problem> {
  return ok(plainText(text, wireLimits.nameLength));
}

function decodeRows(message: RowCount | undefined): Result<RowsDescription, Problem> {
  const { count } = message ?? {};
  if (count?.case === "exact") {
    const exact = wholeNumber(count.value, "the number of rows");
    return exact.ok ? ok({ kind: "exact", exact: exact.value }) : exact;
  }
  if (count?.case !== "band") return err(replyMalformed("the number of rows is missing"));
  const least = wholeNumber(count.value.least, "the number of rows");
  if (!least.ok) return least;
  const greatest = wholeNumber(count.value.greatest, "the number of rows");
  if (!greatest.ok) return greatest;
  return ok({ kind: "band", least: least.value, greatest: greatest.value });
}

function decodeColumn(message: Column): Result<ColumnDescription, Problem> {
  if (message.name === "" || message.name.length > wireLimits.nameLength)
    return err(replyMalformed("a column has no name, or one that is too long"));
  const described = {
    name: plainText(message.name, wireLimits.nameLength),
    ...optional("description", plainText(message.description, wireLimits.problemLength, "lines")),
  };
  if (message.type === "category") {
    const categories = decodeAll(message.categories, wireLimits.categories, "categories", name);
    return categories.ok ? ok({ ...described, type: "category", categories: categories.value }) : categories;
  }
  if (message.type === "text") {
    const { longest } = message;
    return longest >= 1 && longest <= programLimits.keyLength
      ? ok({ ...described, type: "text", longest })
      : err(replyMalformed("the longest key of a column is none"));
  }
  if (message.type !== "number" && message.type !== "integer")
    return err(replyMalformed("a column is of a type that is not known"));
  const { type, least, greatest } = message;
  if (!(Number.isFinite(least) && Number.isFinite(greatest) && least <= greatest))
    return err(replyMalformed("the bounds of a column are none"));
  return ok({
    ...described,
    type,
    ...optional("unit", plainText(message.unit, wireLimits.nameLength)),
    least,
    greatest,
  });
}

function optional<Key extends string>(key: Key, text: string): { readonly [K in Key]?: string } {
  return text === "" ? {} : ({ [key]: text } as { readonly [K in Key]: string });
}
