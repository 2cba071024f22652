import type { ColumnCard } from "@unseen/program";
import type { ColumnDescription } from "@unseen/wire";

/** What a card declares of a column, as it travels. */
export function describeColumn(name: string, column: ColumnCard): ColumnDescription {
  const about = column.description === undefined ? {} : { description: column.description };
  if (column.type === "category") return { name, type: "category", categories: column.categories, ...about };
  if (column.type === "text") return { name, type: "text", longest: column.longest, ...about };
  const [least, greatest] = column.bounds;
  return {
    name,
    type: column.type,
    least,
    greatest,
    ...(column.unit === undefined ? {} : { unit: column.unit }),
    ...about,
  };
}
