// Models that were trained on disjoint people in the open. Nothing of them leaves but votes, and those as a Secret.

import { invariant, ok, type Problem, type Result, Secret } from "@unseen/base";
import type { Votes } from "@unseen/privacy";
import { type Examples, largestNumber } from "../fit/examples.ts";
import { fit } from "../fit/fit.ts";
import type { FitOptions, FitPorts } from "../fit/fit-options.ts";
import { compiledResults, resultsOf } from "../fit/measure.ts";
import type { Layer } from "../model/layer.ts";
import { type Network, sizeOfShape } from "../model/network.ts";
import { firstWeights, type Weights } from "../model/weights.ts";
import { disjointParts } from "./disjoint-parts.ts";

/** How each teacher is trained; a batch larger than its part is the whole part. */
export type TeachingOptions = Pick<FitOptions, "optimizer" | "seed"> & {
  readonly epochs: number;
  readonly batch: number;
};

/** What teachers are made of. Rows lie one after the other in `x`; of a row of no class `y` is anything else. */
export type TeachersOf = {
  readonly layers: readonly Layer[];
  readonly network: Network;
  readonly rows: { readonly x: Float32Array } & Pick<Examples, "y" | "people">;
  readonly count: number;
  readonly teaching: TeachingOptions;
};

/** Undefined for a teacher that has nothing to say, for whatever reason: it votes for the first option. */
type Teacher = Weights | undefined;

/** Teachers that are asked again and again. They are kept, so their memory is that of so many models. */
export class Teachers {
  readonly #network: Network;
  readonly #weights: Secret<readonly Teacher[]>;

  private constructor(network: Network, weights: readonly Teacher[]) {
    this.#network = network;
    this.#weights = Secret.of(weights);
  }

  static async train(of: TeachersOf, ports: FitPorts): Promise<Teachers> {
    const weights: Teacher[] = [];
    for await (const teacher of trained(of, ports)) weights.push(teacher);
    return new Teachers(of.network, weights);
  }

  /** How many teachers vote for each option, in each row of public `x`. Each teacher votes once a row, whatever its numbers. */
  async votesOn(x: Float32Array, ports: Pick<FitPorts, "backend">): Promise<Result<Secret<Votes>, Problem>> {
    return counted(this.#network, x, ports, Secret.reveal(this.#weights));
  }
}

/**
 * Trains teachers one after the other, without noise, each on its part of the people, and counts their votes on public `x`. Each is
 * forgotten when it has voted. `onTaught` is told how many are done. No refusal depends on a private row: whatever a teacher runs
 * into, it votes. How long it takes depends on the rows, and is not hidden here.
 */
export function votesOfTeachers(
  of: TeachersOf,
  x: Float32Array,
  ports: FitPorts,
  onTaught: (teachers: number) => void = () => undefined,
): Promise<Result<Secret<Votes>, Problem>> {
  return counted(of.network, x, ports, trained(of, ports), onTaught);
}

async function* trained(of: TeachersOf, ports: FitPorts): AsyncGenerator<Teacher> {
  const { layers, network, rows, count, teaching } = of;
  invariant(
    rows.x.length === rows.y.length * sizeOfShape(network.shape),
    "each row is of the network's shape",
  );
  for (const part of disjointParts(rows.y.length, count, ports.entropy, rows.people))
    yield await taught(layers, network, partOf(rows, part, network), teaching, ports);
}

async function counted(
  network: Network,
  x: Float32Array,
  { backend }: Pick<FitPorts, "backend">,
  teachers: Iterable<Teacher> | AsyncIterable<Teacher>,
  onTaught: (teachers: number) => void = () => undefined,
): Promise<Result<Secret<Votes>, Problem>> {
  // Before a teacher is there, so that what cannot be computed is refused whatever the rows are.
  const results = await compiledResults(backend, network);
  if (!results.ok) return results;
  const unlearnt = firstWeights(network, 1);
  const votes = Array.from({ length: x.length / sizeOfShape(network.shape) }, () =>
    new Array<number>(network.outputs).fill(0),
  );
  let taught = 0;
  for await (const teacher of teachers) {
    // One that has nothing to say takes as long to vote as the others.
    const own = await resultsOf(results.value, network, teacher ?? unlearnt, x);
    vote(network, teacher && own, votes);
    taught++;
    onTaught(taught);
  }
  results.value.close();
  return ok(Secret.of(votes));
}

function vote({ outputs }: Network, results: Float32Array | undefined, votes: readonly number[][]): void {
  for (const [row, counts] of votes.entries())
    counts[results === undefined ? 0 : greatest(results, row * outputs, outputs)]!++;
}

type Part = { readonly x: Float32Array; readonly y: Float32Array; readonly rows: number };

/** The usable rows in the order of what they hold, so that a teacher is a function of its rows and of no order that others are in. */
function partOf({ x, y }: TeachersOf["rows"], part: readonly number[], network: Network): Part {
  const size = sizeOfShape(network.shape);
  // As bits any two numbers have an order.
  const bits = new Uint32Array(x.buffer, x.byteOffset, x.length);
  const before = (one: number, other: number) => {
    if (y[one] !== y[other]) return y[one]! - y[other]!;
    const at = numbersOf(bits, one, size).findIndex((each, place) => each !== bits[other * size + place]);
    return at < 0 ? 0 : bits[one * size + at]! - bits[other * size + at]!;
  };
  const usable = part.filter((row) => isUsable(y[row]!, numbersOf(x, row, size), network)).sort(before);
  const own = new Float32Array(usable.length * size);
  for (const [at, row] of usable.entries()) own.set(numbersOf(x, row, size), at * size);
  return { x: own, y: Float32Array.from(usable, (row) => y[row]!), rows: usable.length };
}

function isUsable(label: number, numbers: Float32Array, { outputs }: Network): boolean {
  const isClass = Number.isInteger(label) && label >= 0 && label < outputs;
  return isClass && numbers.every((each) => Math.abs(each) <= largestNumber);
}

function numbersOf<Own extends Float32Array | Uint32Array>(x: Own, row: number, size: number): Own {
  return x.subarray(row * size, (row + 1) * size) as Own;
}

async function taught(
  layers: readonly Layer[],
  network: Network,
  { x, y, rows }: Part,
  teaching: TeachingOptions,
  ports: FitPorts,
): Promise<Teacher> {
  if (rows === 0) return undefined;
  // Named one by one: whatever else stands in the options, such as a checkpoint's keeper, would be given a teacher's own.
  const { optimizer, epochs, batch, seed = 1 } = teaching;
  const trained = await fit(
    layers,
    { x, y, shape: network.shape },
    // Without a report on the way it learns to its end even where its numbers are none: a person could end it early, and be timed.
    { optimizer, epochs, seed, batch: Math.min(batch, rows), reportEvery: Number.MAX_SAFE_INTEGER },
    ports,
  );
  // Whether it diverged depends on private rows, and must not show; what else could fail was refused by `planTeachers`.
  return trained.ok ? trained.value.weights : undefined;
}

/** The place of the greatest of `count` numbers from `from`; what is not a number is less than all that are. */
function greatest(results: Float32Array, from: number, count: number): number {
  let best = 0;
  for (let at = 1; at < count; at++)
    if (!(results[from + best]! >= results[from + at]!) && !Number.isNaN(results[from + at]!)) best = at;
  return best;
}
