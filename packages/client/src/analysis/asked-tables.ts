import type { PrivateTensor } from "../datasets/private-tensor.ts";
import type { Desk } from "../datasets/question-desk.ts";
import type { Labels } from "./labelled.ts";

/** One table of the answer: what it is called, the names along its axes, and the numbers that are asked. */
export type AskedTable = {
  readonly name: string;
  readonly labels: readonly Labels[];
  readonly tensor: PrivateTensor;
};

export type AskedTables = readonly [AskedTable, ...AskedTable[]];

/** Tables whose groups are the keys that may be shown, which has to be asked first. */
export type TablesOfKeys = {
  readonly column: string;
  readonly desk: Desk;
  readonly tablesOf: (keys: readonly string[]) => AskedTables;
};
