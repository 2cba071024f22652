import type { Beginning } from "./layer.ts";
import { type Network, sizeOfShape } from "./network.ts";
import { seededNormals, seededWords } from "./seeded-numbers.ts";

/** A model's learnt numbers, by the names of its parameters. */
export type Weights = ReadonlyMap<string, Float32Array>;

/** What training begins with: the same for the same seed, and made of nothing private. */
export function firstWeights(network: Network, seed: number): Weights {
  const words = seededWords(seed);
  const normals = seededNormals(seed);
  const next = (begin: Beginning): number => {
    if ("within" in begin) return begin.within * ((2 * words()) / 2 ** 32 - 1);
    return "value" in begin ? begin.value : begin.deviation * normals();
  };
  return new Map(
    network.parameters.map(({ name, shape, begin }) => [
      name,
      Float32Array.from({ length: sizeOfShape(shape) }, () => next(begin)),
    ]),
  );
}

/** Whether these are the numbers of such a model, all of them finite. */
export function fitsNetwork(weights: Weights, network: Network): boolean {
  return (
    weights.size === network.parameters.length &&
    network.parameters.every(({ name, shape }) => {
      const own = weights.get(name);
      return own?.length === sizeOfShape(shape) && own.every((each) => Number.isFinite(each));
    })
  );
}
