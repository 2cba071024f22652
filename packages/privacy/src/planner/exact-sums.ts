// The exact part, in plain script: the oracle that every engine must equal, integer by integer.

import { invariant, ok, type Problem, type Result } from "@unseen/base";
import { evaluate } from "@unseen/compute";
import { elementsARow, type PlainTensor } from "@unseen/program";
import { codedTexts, codesOf, type Texts } from "./coded-texts.ts";
import { type Contribution, quantise } from "./contribution.ts";
import { PersonTotal, type Rank } from "./person-total.ts";

/** Columns of rows that have been bounded to the privacy unit already: each [rows], all of one length. */
export type Columns = ReadonlyMap<string, Float64Array | Texts>;

/** Whose each row is. Where each row is a person it is left out. */
export type People = {
  /** The pseudonym of each row's person. */
  readonly whose: readonly string[];
  readonly rank: Rank;
};

/**
 * Rows evaluated at once at most, and numbers that all results on the way may hold: stays near the processor's
 * cache, and what fits for one row fits for any number of them, so that no refusal tells how many there are.
 */
const mostRowsAtOnce = 8_192;
const mostNumbersAtOnce = 2 ** 20;

/** Sums what each row, or each person, adds. Gives one integer for each element of the contribution. */
export function exactSums(
  contribution: Contribution,
  columns: Columns,
  rowCount: number,
  people?: People,
): Result<BigInt64Array, Problem> {
  const sums = new ExactSums(contribution);
  const together =
    people && contribution.across.kind === "people" ? personByPerson(columns, people) : undefined;
  const added = sums.add(together?.columns ?? columns, rowCount, together?.people);
  return added.ok ? ok(sums.total()) : added;
}

/** The same, of rows that come a part at a time. */
export class ExactSums {
  readonly #contribution: Contribution;
  readonly #rowsAtOnce: number;
  readonly #sums: BigInt64Array;
  readonly #person: PersonTotal | undefined;

  constructor(contribution: Contribution) {
    const { program, grid, across } = contribution;
    const numbersARow = program.shapes.reduce((total, shape) => total + elementsARow(shape), 0);
    this.#contribution = contribution;
    this.#rowsAtOnce = Math.max(1, Math.min(mostRowsAtOnce, Math.floor(mostNumbersAtOnce / numbersARow)));
    this.#sums = new BigInt64Array(grid.exponent.length);
    this.#person = across.kind === "people" ? new PersonTotal(across, this.#sums) : undefined;
  }

  /** Over people, the rows of one person follow each other, from one part to the next too. */
  add(columns: Columns, rowCount: number, people?: People): Result<undefined, Problem> {
    for (let from = 0; from < rowCount; from += this.#rowsAtOnce) {
      const to = Math.min(from + this.#rowsAtOnce, rowCount);
      const rows = this.#rows(columns, from, to);
      if (!rows.ok) return rows;
      if (this.#person === undefined) this.#addRows(rows.value, to - from);
      else this.#addPeople(this.#person, rows.value, from, to, people);
    }
    return ok(undefined);
  }

  /** Ends the last person. */
  total(): BigInt64Array {
    this.#person?.end();
    return this.#sums;
  }

  /** What each row's formula gives, one after the other. */
  #rows(columns: Columns, from: number, to: number): Result<Float64Array, Problem> {
    const inputs = new Map<string, PlainTensor>();
    const { program, codes } = codedTexts(this.#contribution.program);
    for (const [name, column] of columns) {
      const data =
        column instanceof Float64Array
          ? column.subarray(from, to)
          : codesOf(column.slice(from, to), codes.get(name));
      inputs.set(name, { shape: [to - from], data });
    }
    const outputs = evaluate(program, inputs);
    return outputs.ok ? ok(outputs.value[0]!.data) : outputs;
  }

  #addRows(data: Float64Array, rowCount: number): void {
    // Blocks of rows are summed as doubles, which is exact: 2^13 rows of at most 2^25 stay below 2^53.
    const block = new Float64Array(this.#sums.length);
    const { grid, oneHot } = this.#contribution;
    const { exponent, least, greatest } = grid;
    const width = block.length;
    for (let row = 0; row < rowCount; row++) {
      for (let at = 0; at < width; at++) {
        const steps = quantise(data[row * width + at]!, exponent[at]!, least[at]!, greatest[at]!);
        block[at]! += steps;
        if (oneHot && steps !== 0) break;
      }
    }
    for (let element = 0; element < block.length; element++) this.#sums[element]! += BigInt(block[element]!);
  }

  #addPeople(
    person: PersonTotal,
    data: Float64Array,
    from: number,
    to: number,
    people: People | undefined,
  ): void {
    const { grid, oneHot } = this.#contribution;
    const { exponent, least, greatest } = grid;
    const width = exponent.length;
    for (let row = from; row < to; row++) {
      if (people === undefined) person.begin(undefined, byElement);
      else {
        const whose = people.whose[row];
        invariant(whose !== undefined, "every row is somebody's");
        person.begin(whose, people.rank);
      }
      for (let at = 0; at < width; at++) {
        const steps = quantise(data[(row - from) * width + at]!, exponent[at]!, least[at]!, greatest[at]!);
        person.add(at, steps);
        if (oneHot && steps !== 0) break;
      }
    }
  }
}

/** Of mock rows, which are nobody's: the first elements count. */
const byElement: Rank = () => 0n;

function personByPerson(columns: Columns, { whose, rank }: People): { columns: Columns; people: People } {
  const order = Uint32Array.from(whose.keys()).sort((a, b) =>
    whose[a]! < whose[b]! ? -1 : whose[a]! > whose[b]! ? 1 : a - b,
  );
  const ordered = (column: Float64Array | Texts) =>
    column instanceof Float64Array
      ? Float64Array.from(order, (row) => column[row]!)
      : Array.from(order, (row) => column[row]!);
  return {
    columns: new Map([...columns].map(([name, column]) => [name, ordered(column)])),
    people: { whose: Array.from(order, (row) => whose[row]!), rank },
  };
}
