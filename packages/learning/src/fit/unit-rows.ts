// Whose rows are whose: the units that a private training protects.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";

export type UnitRows = {
  readonly count: number;
  /** Rows of one unit that are used at most. */
  readonly rowsEach: number;
  /** The rows of each unit, in their order. */
  readonly rowsOf: (unit: number) => readonly number[];
  readonly inWords: string;
};

export function everyRow(rows: number): UnitRows {
  return { count: rows, rowsEach: 1, rowsOf: (unit) => [unit], inWords: "a row" };
}

/** Rows of one unit that may be used. */
export const mostRowsEach = 1_024;

/** The first `rowsEach` rows of each person; `people` names them, one for each row. */
export function rowsByPerson(
  people: ArrayLike<number | string>,
  rows: number,
  rowsEach: number,
): Result<UnitRows, Problem> {
  if (people.length !== rows || !Number.isSafeInteger(rowsEach) || rowsEach < 1 || rowsEach > mostRowsEach) {
    return err(
      problem(
        "training-invalid",
        `there is one person for each row, and from 1 to ${mostRowsEach} rows of each are used`,
        {
          hint: "{ rowsEach: 8 }",
        },
      ),
    );
  }
  const byPerson = new Map<number | string, number[]>();
  for (let row = 0; row < rows; row++) {
    const own = byPerson.get(people[row]!);
    if (own === undefined) byPerson.set(people[row]!, [row]);
    else if (own.length < rowsEach) own.push(row);
  }
  const all = [...byPerson.values()];
  return ok({
    count: all.length,
    rowsEach,
    rowsOf: (unit) => all[unit]!,
    inWords: rowsEach === 1 ? "a person, with one row" : `a person, with up to ${rowsEach} rows`,
  });
}
