import { problem } from "@unseen/base";
import { AskRefused } from "../refusals/ask-refused.ts";
import { AnalysisQuestion } from "./analysis-question.ts";
import type { Rows } from "./rows.ts";
import { scaledColumns } from "./scaled-columns.ts";

export type PrincipalComponents = {
  readonly columns: readonly string[];
  /** How many; all of them unless given. */
  readonly components?: number;
  /** Of the correlation, so that units of measure do not matter. Of the covariance unless said. */
  readonly standardise?: boolean;
};

/**
 * The directions in which columns vary most, from a noised covariance: its eigenvectors are free. A component's
 * element of greatest size is positive. Components whose variances lie closer together than the noise are not
 * told apart, and their intervals say so.
 */
export function principalComponents(
  rows: Rows,
  { columns, components = columns.length, standardise = false }: PrincipalComponents,
): AnalysisQuestion {
  const width = columns.length;
  if (!(Number.isInteger(components) && components >= 1 && components <= width))
    throw new AskRefused(
      problem(
        "shapes-do-not-fit",
        `${components} components of ${width} columns: from 1 to ${width} are there`,
      ),
    );
  scaledColumns(rows, columns);
  const [first, ...others] = columns.map((name) => rows.column(name).reshape([0, 1]));
  const x = first!.concat(others, 1);
  const eigen = (standardise ? x.correlation() : x.covariance()).eigenSymmetric();
  const variances = eigen.slice(0, 1, { axis: 1 }).reshape([width]).slice(0, components);
  const labels = Array.from({ length: components }, (_, at) => `component ${at + 1}`);
  return new AnalysisQuestion([
    {
      name: "components",
      labels: [labels, columns],
      tensor: eigen.slice(0, components).slice(1, width + 1, { axis: 1 }),
    },
    { name: "variances", labels: [labels], tensor: variances },
  ]);
}
