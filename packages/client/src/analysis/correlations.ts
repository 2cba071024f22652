import { AnalysisQuestion } from "./analysis-question.ts";
import type { Rows } from "./rows.ts";
import { scaledColumns } from "./scaled-columns.ts";

/** How each two columns go together, in [-1, 1]. A third of the price goes to products, sums and the count each. */
export function correlations(rows: Rows, names: readonly string[]): AnalysisQuestion {
  scaledColumns(rows, names);
  const [first, ...others] = names.map((name) => rows.column(name).reshape([0, 1]));
  const tensor = first!.concat(others, 1).correlation();
  return new AnalysisQuestion([{ name: "correlation", labels: [names, names], tensor }]);
}
