import { type ComplexGrid, complexGrid, FourierLines } from "./fourier-lines.ts";

/** Two-dimensional Fourier transforms of grids of one size. Frequencies lie as [columns, rows]: turned once, and never back. */
export class FourierGrid {
  readonly rows: number;
  readonly columns: number;
  readonly #down: FourierLines;
  readonly #across: FourierLines;
  readonly #first: ComplexGrid;

  constructor(rows: number, columns: number) {
    this.rows = rows;
    this.columns = columns;
    this.#down = new FourierLines(rows);
    this.#across = columns === rows ? this.#down : new FourierLines(columns);
    this.#first = complexGrid(rows * columns);
  }

  /** From [rows, columns] to frequencies [columns, rows], unscaled. */
  forward(from: ComplexGrid, to: ComplexGrid): void {
    this.#down.transform(from, this.#first, this.columns, this.columns, 1);
    this.#across.transform(this.#first, to, this.rows, 1, this.columns);
  }

  /** From frequencies [columns, rows] to [rows, columns], unscaled: `rows * columns` times the inverse. */
  inverse(from: ComplexGrid, to: ComplexGrid): void {
    this.#across.transform(exchanged(from), exchanged(this.#first), this.rows, this.rows, 1);
    this.#down.transform(exchanged(this.#first), exchanged(to), this.columns, 1, this.rows);
  }
}

function exchanged({ re, im }: ComplexGrid): ComplexGrid {
  return { re: im, im: re };
}
