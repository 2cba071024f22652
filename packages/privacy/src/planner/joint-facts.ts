// What several owners plan with together: public facts that cover each owner's card. Every owner checks them against its own
// card, so that nobody's word about it counts, and all make the same plan of the same question.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { Card, ColumnCard } from "@unseen/program";
import type { DatasetFacts } from "./dataset-facts.ts";

export type JointColumn = {
  readonly name: string;
  readonly least: number;
  readonly greatest: number;
  readonly whole: boolean;
  /** In the order of every owner's card; empty for a column of numbers. */
  readonly categories: readonly string[];
};

export type JointFacts = {
  readonly columns: readonly JointColumn[];
  readonly mostRowsEach: number;
  /** Declared rows over all owners together. */
  readonly rows: { readonly least: number; readonly greatest: number };
};

/** Imagined rows for expectations of accuracy. */
const imaginedRows = 64;

/**
 * The facts as a plan takes them. Neighbours differ by one person who is there or not; the number of rows is not public.
 * Expectations rest on rows spread evenly over the bounds, the same at every owner.
 */
export function jointDatasetFacts({ columns, mostRowsEach, rows }: JointFacts): DatasetFacts {
  return {
    name: "joint",
    columns: new Map(
      columns.map(({ name, least, greatest, whole }) => [name, { least, greatest, integral: whole }]),
    ),
    neighbours: "add-or-remove",
    mostRowsEach,
    oneRowEach: false,
    publicRowCount: undefined,
    publicPeopleCount: undefined,
    mostRows: Math.max(rows.greatest, 1),
    typicalRowCount: Math.sqrt(Math.max(rows.least, 1) * Math.max(rows.greatest, 1)),
    mock: new Map(columns.map((column, at) => [column.name, imagined(column, at)])),
    mockRowCount: imaginedRows,
    unitInWords: `a person with at most ${mostRowsEach} ${mostRowsEach === 1 ? "row" : "rows"} at an owner`,
  };
}

/** Multiples of the square root of another prime for each column, without their whole parts: even, and never in step (Weyl 1916). */
function imagined({ least, greatest, whole }: JointColumn, at: number): Float64Array {
  const step = Math.sqrt(primes[at % primes.length]!) * (1 + Math.floor(at / primes.length));
  return Float64Array.from({ length: imaginedRows }, (_, row) => {
    const share = ((row + 1) * step) % 1;
    const value = least + share * (greatest - least);
    return whole ? Math.min(Math.floor(least + share * (greatest - least + 1)), greatest) : value;
  });
}

const primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37] as const;

/**
 * Whether the facts promise an owner's people at least what its card does. Only what a question needs may be named: a column
 * that the card does not have cannot be.
 */
export function coversCard(
  joint: JointFacts,
  card: Card,
  declaredRows: { readonly greatest: number },
): Result<undefined, Problem<"facts-not-covered">> {
  // Replacing a person moves a sum by as much as removing one and adding another: such a card promises more than one of these.
  if (card.people.isPublic)
    return err(
      notCovered("this owner's number of people is public, and a joint question keeps it to itself"),
    );
  const own = card.unit.kind === "row" ? 1 : card.unit.mostRowsEach;
  if (joint.mostRowsEach < own)
    return err(
      notCovered(`a person may have ${own} rows at this owner, and ${joint.mostRowsEach} were said`),
    );
  if (joint.rows.greatest < declaredRows.greatest)
    return err(notCovered("this owner's declared number of rows is greater than what was said for all"));
  for (const column of joint.columns) {
    const refusal = coversColumn(column, card.columns[column.name]);
    if (refusal !== undefined)
      return err(notCovered(`the column ${JSON.stringify(column.name.slice(0, 80))} ${refusal}`));
  }
  return ok(undefined);
}

function coversColumn(joint: JointColumn, own: ColumnCard | undefined): string | undefined {
  if (own === undefined) return "is not among this owner's";
  if (own.type === "category") {
    const isSame =
      joint.categories.length === own.categories.length &&
      own.categories.every((one, at) => one === joint.categories[at]);
    if (!isSame) return "has other categories, or another order of them, at this owner";
    const isTheirPlaces = joint.whole && joint.least === 0 && joint.greatest === own.categories.length - 1;
    return isTheirPlaces ? undefined : "stands for the places of its categories, and other numbers were said";
  }
  if (own.type === "text") return "is one of texts at this owner, which are asked of one owner alone";
  if (joint.categories.length > 0) return "is one of numbers at this owner";
  if (joint.whole && own.type !== "integer") return "is not of whole numbers at this owner";
  const [least, greatest] = own.bounds;
  return joint.least <= least && joint.greatest >= greatest ? undefined : "has wider bounds at this owner";
}

function notCovered(what: string): Problem<"facts-not-covered"> {
  return problem(
    "facts-not-covered",
    `what was said to hold for all owners does not cover this owner's card: ${what}`,
    {
      hint: "find the datasets anew: grid.joint(...) makes facts that cover every card",
    },
  );
}
