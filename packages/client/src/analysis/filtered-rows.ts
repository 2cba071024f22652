import { problem } from "@unseen/base";
import type { PrivateTensor } from "../datasets/private-tensor.ts";
import { AskRefused } from "../refusals/ask-refused.ts";
import { type HeldByPerson, meanByPerson, sumByPerson } from "./by-person.ts";
import { FilteredTensor } from "./filtered-tensor.ts";
import { type GroupedBy, groupedBy } from "./grouped-by.ts";
import type { GroupedRows } from "./grouped-rows.ts";
import { declaredRange, describedColumn, type Rows } from "./rows.ts";

/** The rows of a dataset that a condition chooses. Which they are, and how many, nobody learns without paying. */
export class FilteredRows {
  readonly #rows: Rows;
  readonly #condition: PrivateTensor;

  constructor(rows: Rows, condition: PrivateTensor) {
    const isColumn = condition.shape.length === 1 && condition.shape[0] === "rows";
    if (!isColumn)
      throw new AskRefused(
        problem("shapes-do-not-fit", "a filter is one number for each row", {
          hint: 'compare a column: dataset.filter(dataset.column("bmi").greater(30))',
        }),
      );
    this.#rows = rows;
    this.#condition = condition;
  }

  column(name: string): FilteredTensor {
    const column = describedColumn(this.#rows, name);
    return new FilteredTensor(this.#rows.column(name), this.#condition, declaredRange(column));
  }

  /** How many rows the condition chooses. */
  count(): PrivateTensor {
    return this.#chosen().sum(0);
  }

  #chosen(): PrivateTensor {
    return this.#condition.not().not();
  }

  /** How many different people have a row that the condition chooses. */
  countPeople(): PrivateTensor {
    return this.#chosen().countPeople();
  }

  /** The sum over people of what each has in these rows, each person's total held between the ends. */
  sumByPerson(column: string, held: HeldByPerson): PrivateTensor {
    return sumByPerson(this.#rows.column(column), this.#chosen(), held);
  }

  /** That, for each person who has one of these rows. */
  meanByPerson(column: string, held: HeldByPerson): PrivateTensor {
    return meanByPerson(this.#rows.column(column), this.#chosen(), held);
  }

  /** Those of these that another condition chooses too. */
  filter(condition: PrivateTensor): FilteredRows {
    return new FilteredRows(this.#rows, this.#condition.and(condition));
  }

  /** As of all rows. Which keys may be shown is asked of all rows too, and not only of these. */
  groupBy(...columns: GroupedBy): GroupedRows {
    return groupedBy(this.#rows, columns, (place) => this.#condition.where(place, -1));
  }
}
