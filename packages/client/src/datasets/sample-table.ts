// Rows to try code on. They are mock rows or drawn from the declared bounds; a real row is never sampled.

export type SampleOrigin = "declared" | "synthetic";
type Cell = number | string;

const labels: Readonly<Record<SampleOrigin, string>> = {
  declared: "mock rows written by the owner",
  synthetic: "synthetic rows drawn from the declared bounds",
};

/** Rows that a print shows; `rows` has them all. */
const shownRows = 20;

export class SampleTable {
  readonly origin: SampleOrigin;
  readonly columns: readonly string[];
  /** In the order of `columns`. */
  readonly rows: readonly (readonly Cell[])[];

  constructor(origin: SampleOrigin, columns: readonly string[], rows: readonly (readonly Cell[])[]) {
    this.origin = origin;
    this.columns = columns;
    this.rows = rows;
  }

  get label(): string {
    return labels[this.origin];
  }

  /** The label, and the rows in aligned columns: numbers to the right, words to the left. */
  toString(): string {
    const shown = this.rows.slice(0, shownRows);
    const columns = this.columns.map((name, at) =>
      alignedColumn(
        name,
        shown.map((row) => row[at] ?? ""),
      ),
    );
    const lines = Array.from({ length: shown.length + 1 }, (_, line) =>
      columns
        .map((column) => column[line]!)
        .join("  ")
        .trimEnd(),
    );
    const left = this.rows.length - shown.length;
    return [
      `${this.label}: these are not real rows`,
      "",
      ...lines,
      ...(left > 0 ? [`... and ${left} more`] : []),
    ].join("\n");
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

function alignedColumn(name: string, cells: readonly Cell[]): readonly string[] {
  const texts = [name, ...cells.map(String)];
  const width = Math.max(...texts.map((text) => text.length));
  const isText = cells.some((cell) => typeof cell === "string");
  return texts.map((text) => (isText ? text.padEnd(width) : text.padStart(width)));
}
