// Runs a step's program on a batch of any size, in runs of a fixed number of units, padded at the end.

import type { Compiled, Numbers } from "@unseen/compute";
import { type Network, sizeOfShape } from "../model/network.ts";
import type { Mask } from "../model/pass.ts";
import type { Weights } from "../model/weights.ts";
import type { Units } from "../step/units.ts";
import type { Prepared } from "./examples.ts";
import type { Lanes } from "./lanes.ts";
import type { UnitRows } from "./unit-rows.ts";

export type BatchRunnerParts = {
  readonly lanes: Lanes;
  readonly network: Network;
  readonly masks: readonly Mask[];
  readonly units: Units;
  readonly rows: Prepared;
  readonly unitRows: UnitRows;
};

/** A lane's inputs for the rows of one run. */
type Places = { readonly x: Float32Array; readonly y: Float32Array; readonly present: Float32Array };

export class BatchRunner {
  readonly #parts: BatchRunnerParts;
  readonly #places = new Map<Compiled, Places>();

  constructor(parts: BatchRunnerParts) {
    this.#parts = parts;
  }

  /**
   * Gives each run's outputs to `take`, in the order of the batch however many lanes there are; an empty batch has no runs.
   * `others` are the program's other inputs. `words` are uniform 32-bit words for dropout.
   */
  async run(
    batch: Int32Array,
    weights: Weights,
    others: ReadonlyMap<string, Float32Array>,
    words: () => number,
    take: (outputs: readonly Numbers[]) => void,
  ): Promise<void> {
    const { lanes, units, masks } = this.#parts;
    const taken = inOrder(take);
    let begun = 0;
    const runAll = async (lane: Compiled) => {
      while (begun * units.count < batch.length) {
        const nth = begun++;
        const from = nth * units.count;
        const places = this.#filled(lane, batch.subarray(from, from + units.count));
        const inputs = new Map<string, Float32Array>([...weights, ...others, ...Object.entries(places)]);
        for (const mask of masks) inputs.set(mask.name, drawnMask(mask, words));
        taken(nth, await lane.run(inputs));
      }
    };
    await Promise.all((await lanes.now()).map(runAll));
  }

  #filled(lane: Compiled, units: Int32Array): Places {
    const { network, rows, unitRows, units: sizes } = this.#parts;
    const size = sizeOfShape(network.shape);
    const { outputs } = network;
    const places = this.#placesOf(lane);
    const { x, y, present } = places;
    // Whole runs of units with one row each are written over; elsewhere nobody may be left standing from the run before.
    if (sizes.rowsEach > 1 || units.length < sizes.count)
      for (const numbers of [x, y, present]) numbers.fill(0);
    for (let at = 0; at < units.length; at++) {
      const own = unitRows.rowsOf(units[at]!);
      for (let nth = 0; nth < own.length; nth++) {
        const row = own[nth]!;
        const place = at * sizes.rowsEach + nth;
        x.set(rows.x.subarray(row * size, (row + 1) * size), place * size);
        y.set(rows.y.subarray(row * outputs, (row + 1) * outputs), place * outputs);
        present[place] = rows.isUsable[row]!;
      }
    }
    return places;
  }

  #placesOf(lane: Compiled): Places {
    const { network, units } = this.#parts;
    const rows = units.count * units.rowsEach;
    const placeOf = (name: string, size: number) => lane.placeOf?.(name) ?? new Float32Array(size);
    const places = this.#places.get(lane) ?? {
      x: placeOf("x", rows * sizeOfShape(network.shape)),
      y: placeOf("y", rows * network.outputs),
      present: placeOf("present", rows),
    };
    this.#places.set(lane, places);
    return places;
  }
}

/** Sums in float32 are the same for any number of lanes if they are added in one order. A lane's outputs change with its next run. */
function inOrder(
  take: (outputs: readonly Numbers[]) => void,
): (nth: number, outputs: readonly Numbers[]) => void {
  const early = new Map<number, readonly Numbers[]>();
  let next = 0;
  return (nth, outputs) => {
    if (nth !== next) {
      early.set(
        nth,
        outputs.map((output) => output.slice()),
      );
      return;
    }
    for (let due: readonly Numbers[] | undefined = outputs; due !== undefined; due = early.get(next)) {
      early.delete(next++);
      take(due);
    }
  };
}

function drawnMask({ shape, keep }: Mask, words: () => number): Float32Array {
  const kept = keep * 2 ** 32;
  return Float32Array.from({ length: sizeOfShape(shape) }, () => (words() < kept ? 1 / keep : 0));
}
