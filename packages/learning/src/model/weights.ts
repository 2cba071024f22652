import { type Network, sizeOfShape } from "./network.ts";
import { seededNormals } from "./seeded-numbers.ts";

/** A model's learnt numbers, by the names of its parameters. */
export type Weights = ReadonlyMap<string, Float32Array>;

/** What training begins with: the same for the same seed, and made of nothing private. */
export function firstWeights(network: Network, seed: number): Weights {
  const normals = seededNormals(seed);
  return new Map(
    network.parameters.map(({ name, shape, begin }) => {
      const size = sizeOfShape(shape);
      const next = () => ("value" in begin ? begin.value : begin.deviation * normals());
      return [name, Float32Array.from({ length: size }, next)];
    }),
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
