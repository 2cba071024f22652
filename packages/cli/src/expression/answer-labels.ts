// What the numbers of an answer stand for, read off the question: bins of a histogram, categories, columns.

import type { ColumnFacts } from "./columns.ts";
import type { ExpressionTree } from "./parse-expression.ts";

export type AnswerLabels =
  /** Names that the answer's numbers are places in. */
  | { readonly kind: "places"; readonly names: readonly string[] }
  /** Groups of which each was above a threshold, was not, or was not asked. */
  | { readonly kind: "above"; readonly names: readonly string[] }
  /** Counts: drawn as bars. */
  | { readonly kind: "bins"; readonly names: readonly string[] }
  /** Columns of the dataset, for vectors and square matrices. */
  | { readonly kind: "columns"; readonly names: readonly string[] };

/** Undefined where the question does not say. `count` is how many numbers stand along the answer's last axis. */
export function answerLabels(
  tree: ExpressionTree,
  schema: readonly ColumnFacts[],
  count: number,
): AnswerLabels | undefined {
  const labels = tree.kind === "call" ? calledLabels(tree, schema, count) : undefined;
  return labels?.kind === "places" || labels?.names.length === count ? labels : undefined;
}

type Call = Extract<ExpressionTree, { kind: "call" }>;

function calledLabels(
  { name, given }: Call,
  schema: readonly ColumnFacts[],
  count: number,
): AnswerLabels | undefined {
  const column = schema.find((one) => given[0]?.kind === "name" && one.name === given[0].name);
  if (name === "mostcommon" || name === "countsabove") {
    const kind = name === "mostcommon" ? "places" : "above";
    return column?.type === "category" ? { kind, names: column.categories } : undefined;
  }
  if (name === "sumabove") return { kind: "above", names: ["the sum"] };
  if (name === "counts" || name === "peopleby" || (name === "histogram" && given.length === 1))
    return column?.type === "category" ? { kind: "bins", names: column.categories } : undefined;
  if (name === "histogram") return binLabels(given, column, count);
  if (name === "covariance" || name === "correlation") return columnLabels(given);
  if (byCategory.has(name)) {
    const by = schema.find((one) => given[1]?.kind === "name" && one.name === given[1].name);
    return by?.type === "category" ? { kind: "columns", names: by.categories } : undefined;
  }
  const [inner] = given;
  return inner?.kind === "call" && inner.name === "columns" ? columnLabels(inner.given) : undefined;
}

/** A number for each category of the second thing given. */
const byCategory: ReadonlySet<string> = new Set(["meanby", "personmeanby", "personsumby"]);

function binLabels(
  given: readonly ExpressionTree[],
  column: ColumnFacts | undefined,
  count: number,
): AnswerLabels | undefined {
  const declared = column?.type === "number" || column?.type === "integer" ? column : undefined;
  const least = given.length === 2 ? declared?.least : numberOf(given[2]);
  const greatest = given.length === 2 ? declared?.greatest : numberOf(given[3]);
  if (least === undefined || greatest === undefined) return undefined;
  const edges = Array.from({ length: count + 1 }, (_, at) => edge(least + ((greatest - least) * at) / count));
  const width = Math.max(...edges.map((text) => text.length));
  const names = edges
    .slice(0, -1)
    .map((from, at) => `${from.padStart(width)} to ${edges[at + 1]!.padStart(width)}`);
  return { kind: "bins", names };
}

/** Five digits tell a hundred bins apart. */
function edge(value: number): string {
  return String(Number(value.toPrecision(5)));
}

function columnLabels(given: readonly ExpressionTree[]): AnswerLabels | undefined {
  const names = given.flatMap((tree) => (tree.kind === "name" ? [tree.name] : []));
  return names.length === given.length ? { kind: "columns", names } : undefined;
}

function numberOf(tree: ExpressionTree | undefined): number | undefined {
  if (tree?.kind === "number") return tree.value;
  if (tree?.kind === "unary" && tree.operator === "-" && tree.of.kind === "number") return -tree.of.value;
  return undefined;
}
