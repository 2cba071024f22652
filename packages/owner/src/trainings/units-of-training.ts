// Whose rows are whose, as the price has it: rows are never their own units where persons were promised.

import { err, ok, type Problem, type Result } from "@unseen/base";
import { rowsByPerson, type UnitRows } from "@unseen/learning";
import { notComputed, type TrainingRows } from "../engine/index.ts";
import type { TrainingSetup } from "./training-setup.ts";

/** Where rows do not say whose they are, each is a person, and then of each there is one. */
export function unitsOfTraining(
  { rowsEach, unitInWords }: Pick<TrainingSetup, "rowsEach" | "unitInWords">,
  { rowCount, people }: Pick<TrainingRows, "rowCount" | "people">,
): Result<UnitRows, Problem> {
  if (people === undefined) {
    if (rowsEach !== 1) return err(notComputed());
    return ok({ count: rowCount, rowsEach, rowsOf: (unit) => [unit], inWords: unitInWords });
  }
  const byPerson = rowsByPerson(people, rowCount, rowsEach);
  return byPerson.ok ? ok({ ...byPerson.value, inWords: unitInWords }) : byPerson;
}
