import type { Price } from "./price.ts";
import type { Protocol } from "./protocol.ts";
import type { Shared } from "./shared.ts";

/** A protocol that can bring rows into an order that nobody knows. */
export interface ShufflingProtocol extends Protocol {
  /** Rows of `run` neighbours in a uniformly random order; each row stays whole. */
  shuffleRows(x: Shared, run: number): Promise<Shared>;
  shuffleRowsPrice(length: number): Price;
}
