// Numbers with the names of what they are about: groups, columns, clusters. What an analysis answers with.

import type { NestedNumbers } from "@unseen/program";
import { Answer } from "../datasets/answer.ts";
import type { KeysAnswer } from "../datasets/keys-answer.ts";
import { printLoss } from "../datasets/offer.ts";
import { printNumber } from "../tensors/print-tensor.ts";

/** The names along one axis. */
export type Labels = readonly string[];
export type Estimate = { readonly value: number; readonly plusMinus: number };

/** One table of an answer: at most two axes are printed as rows and columns, more as a list. */
export class Labelled {
  readonly name: string;
  readonly labels: readonly Labels[];
  readonly value: NestedNumbers;
  /** Half-width of the 95 % interval of the noise, for each number. */
  readonly plusMinus: NestedNumbers;

  constructor(name: string, labels: readonly Labels[], value: NestedNumbers, plusMinus: NestedNumbers) {
    this.name = name;
    this.labels = labels;
    this.value = value;
    this.plusMinus = plusMinus;
  }

  /** The number under a name for each axis; undefined where a name is none of them. */
  at(...names: readonly string[]): Estimate | undefined {
    const places = names.map((name, axis) => this.labels[axis]?.indexOf(name) ?? -1);
    if (places.length !== this.labels.length || places.includes(-1)) return undefined;
    const pick = (nested: NestedNumbers) =>
      places.reduce<NestedNumbers>((rest, place) => (rest as readonly NestedNumbers[])[place]!, nested);
    return { value: pick(this.value) as number, plusMinus: pick(this.plusMinus) as number };
  }

  /** Every number with its names, in order. */
  get entries(): readonly { readonly names: readonly string[]; readonly estimate: Estimate }[] {
    const [values, widths] = [flat(this.value), flat(this.plusMinus)];
    return values.map((value, at) => ({
      names: namesAt(this.labels, at),
      estimate: { value, plusMinus: widths[at]! },
    }));
  }

  toString(): string {
    const cells = this.entries.map(({ estimate }) => printEstimate(estimate));
    const [rows, columns] = this.labels;
    if (this.labels.length !== 2 || rows === undefined || columns === undefined)
      return aligned(this.entries.map(({ names }, at) => [names.join(", "), cells[at]!]));
    const width = columns.length;
    const body = rows.map((row, at) => [row, ...cells.slice(at * width, (at + 1) * width)]);
    return aligned([["", ...columns], ...body]);
  }
}

/** An answer whose numbers have names. `value` and `plusMinus` are those of its first table. */
export class LabelledAnswer extends Answer {
  readonly tables: readonly [Labelled, ...Labelled[]];
  /** The keys that were asked for first, where nobody declared the groups, and their part of `spent`. */
  readonly keys: KeysAnswer | undefined;

  constructor(answer: Answer, tables: readonly [Labelled, ...Labelled[]], keys?: KeysAnswer) {
    super({ ...answer, value: tables[0].value, plusMinus: tables[0].plusMinus });
    this.tables = tables;
    this.keys = keys;
  }

  /** The names of the first table, a list for each axis. */
  get labels(): readonly Labels[] {
    return this.tables[0].labels;
  }

  /** A number of the first table by its names. */
  at(...names: readonly string[]): Estimate | undefined {
    return this.tables[0].at(...names);
  }

  table(name: string): Labelled | undefined {
    return this.tables.find((table) => table.name === name);
  }

  override toString(): string {
    const tables = this.tables.map((table) =>
      this.tables.length === 1 ? String(table) : `${table.name}\n${table}`,
    );
    const ofKeys = this.keys === undefined ? "" : `, of it ${printLoss(this.keys.spent)} for the keys`;
    const price = `spent ${printLoss(this.spent)}${ofKeys}, ${printLoss(this.remaining)} remaining`;
    return `${tables.join("\n\n")}\n(± 95 %); ${price}`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

function flat(nested: NestedNumbers): readonly number[] {
  return typeof nested === "number" ? [nested] : nested.flatMap(flat);
}

function namesAt(labels: readonly Labels[], at: number): readonly string[] {
  let rest = at;
  return labels
    .toReversed()
    .map((axis) => {
      const name = axis[rest % axis.length]!;
      rest = Math.floor(rest / axis.length);
      return name;
    })
    .toReversed();
}

function printEstimate({ value, plusMinus }: Estimate): string {
  return `${printNumber(value)} ± ${printNumber(plusMinus)}`;
}

/** The first column on the left, the others on the right. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
