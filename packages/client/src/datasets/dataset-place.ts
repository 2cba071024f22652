import type { DatasetDescription } from "@unseen/wire";
import type { GridNode } from "../grid/grid-node.ts";
import type { Deadlines } from "./question-desk.ts";

/** Where a dataset is, and what its card declares in public. */
export type DatasetPlace = {
  readonly node: GridNode;
  readonly deadlines: Deadlines;
  readonly described: DatasetDescription;
};
