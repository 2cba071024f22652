// A dataset's columns and dense layers, as a command names them.

import { dense, type Model, type RemoteDataset, sequential } from "unseen";
import { usageFailure } from "../shell/failure.ts";

export type Column = RemoteDataset["schema"][number];

export function columnNamed({ name, schema }: RemoteDataset, label: string): Column {
  const found = schema.find((each) => each.name === label);
  if (found !== undefined) return found;
  throw usageFailure(
    `${name} has no column ${label}`,
    `its columns are ${schema.map((each) => each.name).join(", ")}`,
  );
}

/** All others than the label that are numbers or categories, unless some are named. */
export function columnsFor(
  { schema }: RemoteDataset,
  { label, columns }: { readonly label: string; readonly columns?: readonly string[] },
): readonly string[] {
  return columns ?? schema.flatMap(({ name, type }) => (name === label || type === "text" ? [] : [name]));
}

export function classesOf(column: Column): number {
  if (column.type === "category") return column.categories.length;
  return column.type === "text" ? 1 : column.greatest - column.least + 1;
}

/** The units that were named, with rectifiers between; without any, one layer of as many results as are needed. */
export function modelOfLayers(layers: readonly number[] | undefined, results: number): Model {
  const units = layers ?? [results];
  return sequential(units.map((each, at) => dense(each, at < units.length - 1 ? "relu" : undefined)));
}
