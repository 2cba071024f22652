import type { Imported } from "./imported.ts";
import type { NodeReader } from "./node-reader.ts";

/** How a foreign operation is written with those of the house: a value for each of its results. */
export type ImportRule = (node: NodeReader) => readonly Imported[];
