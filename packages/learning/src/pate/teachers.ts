// Models that were trained on disjoint people in the open. Nothing of them leaves but votes, and those as a Secret.

import { err, invariant, ok, type Problem, type Result, Secret } from "@unseen/base";
import type { Votes } from "@unseen/privacy";
import { type Examples, rowsOf } from "../fit/examples.ts";
import { fit } from "../fit/fit.ts";
import type { FitOptions, FitPorts } from "../fit/fit-options.ts";
import { resultsOn } from "../fit/measure.ts";
import type { Layer } from "../model/layer.ts";
import { type Network, sizeOfShape } from "../model/network.ts";
import type { Weights } from "../model/weights.ts";
import { disjointParts } from "./disjoint-parts.ts";

/** How each teacher is trained; a batch larger than its part is the whole part. */
export type TeachingOptions = Pick<FitOptions, "optimizer" | "seed"> & {
  readonly epochs: number;
  readonly batch: number;
};

/** Undefined for a teacher without usable rows, or whose training diverged: it votes for the first option. */
type Teacher = Weights | undefined;

export class Teachers {
  readonly count: number;
  readonly #network: Network;
  readonly #weights: Secret<readonly Teacher[]>;

  private constructor(network: Network, weights: readonly Teacher[]) {
    this.count = weights.length;
    this.#network = network;
    this.#weights = Secret.of(weights);
  }

  /**
   * Trains `count` teachers, one after the other, each on its part of the people and without noise. A row whose label is
   * no option, or that has a number that is not finite, counts as nothing, so that no refusal depends on a private row.
   * Time depends on the parts and is not hidden.
   */
  static async train(
    layers: readonly Layer[],
    network: Network,
    examples: Examples,
    count: number,
    options: TeachingOptions,
    ports: FitPorts,
  ): Promise<Result<Teachers, Problem>> {
    const x = rowsOf(examples.x, sizeOfShape(network.shape));
    invariant(x !== undefined, "rows are of the network's shape");
    const rows = examples.y.length;
    const weights: Teacher[] = [];
    for (const part of disjointParts(rows, count, ports.entropy, examples.people)) {
      const taught = await teach(layers, network, partOf(x, examples.y, part, network), options, ports);
      if (!taught.ok) return taught;
      weights.push(taught.value);
    }
    return ok(new Teachers(network, weights));
  }

  /** How many teachers vote for each option, in each row of public `x`. Each teacher votes once a row, whatever its numbers. */
  async votesOn(x: Float32Array, ports: Pick<FitPorts, "backend">): Promise<Result<Secret<Votes>, Problem>> {
    const { outputs, shape } = this.#network;
    const votes = Array.from({ length: x.length / sizeOfShape(shape) }, () =>
      new Array<number>(outputs).fill(0),
    );
    for (const weights of Secret.reveal(this.#weights)) {
      const results =
        weights === undefined ? ok(undefined) : await resultsOn(ports.backend, this.#network, weights, x);
      if (!results.ok) return results;
      for (const [row, counts] of votes.entries())
        counts[results.value === undefined ? 0 : greatest(results.value, row * outputs, outputs)]!++;
    }
    return ok(Secret.of(votes));
  }
}

type Part = { readonly x: Float32Array; readonly y: Float32Array; readonly rows: number };

function partOf(x: Float32Array, y: ArrayLike<number>, part: readonly number[], network: Network): Part {
  const size = sizeOfShape(network.shape);
  const isUsable = (row: number) => Number.isInteger(y[row]) && y[row]! >= 0 && y[row]! < network.outputs;
  const usable = part.filter(isUsable);
  const own = new Float32Array(usable.length * size);
  for (const [at, row] of usable.entries()) own.set(x.subarray(row * size, (row + 1) * size), at * size);
  return { x: own, y: Float32Array.from(usable, (row) => y[row]!), rows: usable.length };
}

async function teach(
  layers: readonly Layer[],
  network: Network,
  { x, y, rows }: Part,
  options: TeachingOptions,
  ports: FitPorts,
): Promise<Result<Teacher, Problem>> {
  if (rows === 0) return ok(undefined);
  // Named one by one: whatever else stands in the options, such as a checkpoint's keeper, would be given a teacher's own.
  const { optimizer, epochs, batch, seed = 1 } = options;
  const trained = await fit(
    layers,
    { x, y, shape: network.shape },
    { optimizer, epochs, seed, batch: Math.min(batch, rows) },
    ports,
  );
  if (trained.ok) return ok(trained.value.weights);
  // Whether it diverged depends on private rows, and must not show.
  return trained.problem.code === "training-diverged" ? ok(undefined) : err(trained.problem);
}

/** The place of the greatest of `count` numbers from `from`; what is not a number is less than all that are. */
function greatest(results: Float32Array, from: number, count: number): number {
  let best = 0;
  for (let at = 1; at < count; at++)
    if (!(results[from + best]! >= results[from + at]!) && !Number.isNaN(results[from + at]!)) best = at;
  return best;
}
