// Runs a step's program on a batch of any size, in runs of a fixed number of units, padded at the end.

import type { Compiled, Numbers } from "@unseen/compute";
import { type Network, sizeOfShape } from "../model/network.ts";
import type { Mask } from "../model/pass.ts";
import type { Weights } from "../model/weights.ts";
import type { Units } from "../step/units.ts";
import type { Prepared } from "./examples.ts";
import type { UnitRows } from "./unit-rows.ts";

export type BatchRunnerParts = {
  readonly compiled: Compiled;
  readonly network: Network;
  readonly masks: readonly Mask[];
  readonly units: Units;
  readonly rows: Prepared;
  readonly unitRows: UnitRows;
};

export class BatchRunner {
  readonly #parts: BatchRunnerParts;
  readonly #x: Float32Array;
  readonly #y: Float32Array;
  readonly #present: Float32Array;

  constructor(parts: BatchRunnerParts) {
    const { compiled, network, units } = parts;
    const rows = units.count * units.rowsEach;
    const placeOf = (name: string, size: number) => compiled.placeOf?.(name) ?? new Float32Array(size);
    this.#parts = parts;
    this.#x = placeOf("x", rows * sizeOfShape(network.shape));
    this.#y = placeOf("y", rows * network.outputs);
    this.#present = placeOf("present", rows);
  }

  /** Gives each run's outputs to `take`; an empty batch has no runs. `others` are the program's other inputs. `words` are uniform 32-bit words for dropout. */
  async run(
    batch: Int32Array,
    weights: Weights,
    others: ReadonlyMap<string, Float32Array>,
    words: () => number,
    take: (outputs: readonly Numbers[]) => void,
  ): Promise<void> {
    const { compiled, units } = this.#parts;
    for (let from = 0; from < batch.length; from += units.count) {
      this.#fill(batch.subarray(from, from + units.count));
      const inputs = new Map([
        ...weights,
        ...others,
        ["x", this.#x],
        ["y", this.#y],
        ["present", this.#present],
      ] as const);
      for (const mask of this.#parts.masks) inputs.set(mask.name, drawnMask(mask, words));
      take(await compiled.run(inputs));
    }
  }

  #fill(units: Int32Array): void {
    const { network, rows, unitRows, units: sizes } = this.#parts;
    const size = sizeOfShape(network.shape);
    const { outputs } = network;
    // Whole runs of units with one row each are written over; elsewhere nobody may be left standing from the run before.
    if (sizes.rowsEach > 1 || units.length < sizes.count)
      for (const numbers of [this.#x, this.#y, this.#present]) numbers.fill(0);
    for (let at = 0; at < units.length; at++) {
      const own = unitRows.rowsOf(units[at]!);
      for (let nth = 0; nth < own.length; nth++) {
        const row = own[nth]!;
        const place = at * sizes.rowsEach + nth;
        this.#x.set(rows.x.subarray(row * size, (row + 1) * size), place * size);
        this.#y.set(rows.y.subarray(row * outputs, (row + 1) * outputs), place * outputs);
        this.#present[place] = rows.isUsable[row]!;
      }
    }
  }
}

function drawnMask({ shape, keep }: Mask, words: () => number): Float32Array {
  const kept = keep * 2 ** 32;
  return Float32Array.from({ length: sizeOfShape(shape) }, () => (words() < kept ? 1 / keep : 0));
}
