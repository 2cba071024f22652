// What all owners plan with: facts that cover each owner's card, from what their cards declare in public.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { ColumnDescription, DatasetDescription, SentJointColumn, SentJointFacts } from "@unseen/wire";

/** The columns that all have, in the order of the first. Each owner checks the facts against its own card. */
export function jointFacts(datasets: readonly DatasetDescription[]): Result<SentJointFacts, Problem> {
  const [first] = datasets;
  if (first === undefined) return err(notCovered("no dataset was named"));
  const columns: SentJointColumn[] = [];
  for (const { name } of first.columns) {
    const all = datasets.map((dataset) => dataset.columns.find((column) => column.name === name));
    if (!all.every((one) => one !== undefined)) continue;
    const hull = hullOf(all);
    if (hull !== undefined) columns.push(hull);
  }
  if (columns.length === 0) return err(notCovered("the owners' datasets have no column in common"));
  const mostRowsEach: number[] = [];
  const [least, greatest] = [0, 0].map((_, end) =>
    datasets.reduce((total, { rows }) => {
      if (rows.kind === "exact") return total + rows.exact;
      return total + (end === 0 ? rows.least : rows.greatest);
    }, 0),
  );
  for (const dataset of datasets) {
    if (dataset.mostRowsEach === undefined)
      return err(notCovered("a node is too old to say how many rows a person has"));
    mostRowsEach.push(dataset.mostRowsEach);
  }
  return ok({
    columns,
    mostRowsEach: Math.max(...mostRowsEach),
    rows: { least: least!, greatest: greatest! },
  });
}

/** Bounds around all; undefined where one has other categories, or numbers where another has them. */
function hullOf(all: readonly ColumnDescription[]): SentJointColumn | undefined {
  const [first] = all;
  if (first === undefined) return undefined;
  if (first.type === "category") {
    const { categories } = first;
    const isSame = (one: ColumnDescription) =>
      one.type === "category" && JSON.stringify(one.categories) === JSON.stringify(categories);
    if (!all.every(isSame)) return undefined;
    return { name: first.name, least: 0, greatest: categories.length - 1, whole: true, categories };
  }
  const numbers = all.flatMap((one) => (one.type === "category" || one.type === "text" ? [] : [one]));
  if (numbers.length !== all.length) return undefined;
  return {
    name: first.name,
    least: Math.min(...numbers.map((one) => one.least)),
    greatest: Math.max(...numbers.map((one) => one.greatest)),
    whole: numbers.every(({ type }) => type === "integer"),
    categories: [],
  };
}

function notCovered(message: string): Problem<"facts-not-covered"> {
  return problem("facts-not-covered", message);
}
