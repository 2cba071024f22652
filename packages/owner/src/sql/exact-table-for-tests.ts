import { platformEntropy } from "@unseen/base";
import {
  type Columns,
  datasetFacts,
  exactSums,
  expectFinish,
  mechanismFor,
  type People,
  type Plan,
  parseEpsilon,
  planAnswer,
  priceOf,
  type SumQuestion,
  sumsOfStage,
} from "@unseen/privacy";
import type { Card, Facts } from "@unseen/program";
import type { SentTranslation } from "@unseen/wire";
import type { Row } from "./random-sql-for-tests.ts";

export type Cell = number | string;

/** Rows as the engine holds them: categories by their place. */
export function columnsOf(card: Card, rows: readonly Row[]): Columns {
  return new Map(
    Object.entries(card.columns).map(([name, column]) => [
      name,
      Float64Array.from(rows, (row) => {
        const value = row[name as keyof Row];
        return column.type === "category" ? column.categories.indexOf(String(value)) : Number(value);
      }),
    ]),
  );
}

/** The table of a translation as the whole walk gives it, but for the noise. Every row, before any is dropped. */
export function exactTable(
  { program, layout }: SentTranslation,
  card: Card,
  rows: readonly Row[],
  people?: People,
): readonly (readonly Cell[])[] {
  const plan = whole(planAnswer(program, datasetFacts(card, card.people.isPublic ? rows.length : undefined)));
  const epsilon = whole(parseEpsilon("1"));
  const price = priceOf(plan, { kind: "pure", epsilon });
  const typical: Facts[] = [...plan.typical];
  const questions: SumQuestion[] = [...whole(sumsOfStage(plan, 0, new Map()))];
  if (plan.stages > 1) throw new Error("SQL is answered in one stage");
  const columns = columnsOf(card, rows);
  for (const { cut, contribution } of questions) {
    const sums = whole(exactSums(contribution, columns, rows.length, people));
    const data = Float64Array.from(sums, (sum, at) => Number(sum) * 2 ** contribution.grid.exponent[at]!);
    typical[cut.node] = { kind: "public", value: { shape: contribution.shape, data } };
  }
  // Values that depend on sums are worked out again from the exact ones.
  const exact = { ...plan, typical } as Plan;
  const measure = (question: SumQuestion) => mechanismFor(price, question);
  const { values } = whole(expectFinish(exact, questions, measure, platformEntropy(globalThis.crypto)));
  return Array.from({ length: layout.rows }, (_, row) =>
    layout.columns.map(({ cells }) => {
      if (cells.kind === "public") return cells.values[row]!;
      const { shape, data } = values[cells.output]!;
      return data[shape.length === 0 ? 0 : row]!;
    }),
  );
}

export function whole<T>(
  result:
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly problem: { readonly message: string } },
): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}
