import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { seededOrder } from "../model/seeded-numbers.ts";
import { type CorrelatedNoise, mostBands, treeLevels } from "../private/correlated-noise.ts";
import type { Accounted, NoiseOfSteps } from "./accounted.ts";

export type ShuffledOptions = {
  readonly units: number;
  /** Units in a batch, from 1; the last of an epoch may have fewer. */
  readonly batch: number;
  readonly epochs: number;
  /** Of the order, which anybody may know. */
  readonly seed: number;
  /** "new-each-epoch" if left out. With "same-each-epoch" a unit's batches are an epoch apart, which banded noise counts on. */
  readonly order?: "new-each-epoch" | "same-each-epoch";
};

/**
 * Each epoch goes through all units once, in an order of its own or in the first one's. The order is not secret, so a private training is
 * charged as though everybody knew whose turn it is: nothing is amplified.
 */
export class ShuffledSampler {
  readonly kind = "shuffled";
  readonly relation = "replace-special";
  readonly steps: number;
  readonly expects: number;
  /** A unit that is replaced by nothing leaves its place empty. */
  readonly runsChanged = 1;
  readonly units: number;
  /** Steps of an epoch. */
  readonly stepsEach: number;
  /** Steps from one batch of a unit to its next, at least. */
  readonly separation: number;
  readonly #options: ShuffledOptions;

  private constructor(options: ShuffledOptions) {
    this.#options = options;
    this.units = options.units;
    this.expects = options.batch;
    this.stepsEach = Math.ceil(options.units / options.batch);
    this.steps = Math.max(1, Math.ceil(options.epochs * this.stepsEach - 1e-9));
    const isSame = options.order === "same-each-epoch";
    this.separation = isSame || this.steps <= this.stepsEach ? this.stepsEach : 1;
    Object.freeze(this);
  }

  static of(options: ShuffledOptions): Result<ShuffledSampler, Problem> {
    const { units, batch, epochs, seed, order = "new-each-epoch" } = options;
    const isSound =
      Number.isSafeInteger(units) &&
      Number.isSafeInteger(batch) &&
      batch >= 1 &&
      batch <= units &&
      epochs > 0 &&
      Number.isFinite(epochs) &&
      Number.isSafeInteger(seed) &&
      (order === "new-each-epoch" || order === "same-each-epoch");
    if (isSound) return ok(new ShuffledSampler(options));
    return err(
      problem(
        "training-invalid",
        "a batch is from 1 to as many as there are, and there are more than 0 epochs",
        {
          hint: "{ batch: 64, epochs: 10 }",
        },
      ),
    );
  }

  /** Made here, and not something that inherits from what was. */
  static is(value: unknown): value is ShuffledSampler {
    return typeof value === "object" && value !== null && #options in value;
  }

  get inWords(): string {
    const { order } = this.#options;
    const which = order === "same-each-epoch" ? "one order" : "an order";
    return `each unit once an epoch in ${which} that is not secret, ${this.steps} steps`;
  }

  /** What a training that goes on has to have as before: in another order a unit would come twice in the epoch that was cut. */
  get settings(): string {
    const { units, batch, seed } = this.#options;
    return `${this.inWords}, ${units} units, batches of ${batch}, order ${seed}`;
  }

  batches(): (step: number) => Int32Array {
    const { units, batch, seed, order: kept } = this.#options;
    let known: { readonly turn: number; readonly order: Int32Array } | undefined;
    return (step) => {
      const turn = kept === "same-each-epoch" ? 0 : Math.floor(step / this.stepsEach);
      if (known?.turn !== turn)
        known = { turn, order: seededOrder((seed + Math.imul(turn + 1, 0x9e3779b1)) | 0, units) };
      const from = (step % this.stepsEach) * batch;
      return known.order.subarray(from, Math.min(from + batch, units));
    };
  }

  /** No weighted sum may hold two batches of a unit. Trees begin anew with each epoch. */
  takes(across: CorrelatedNoise | undefined): boolean {
    if (across?.kind !== "banded") return true;
    const { bands } = across;
    return Number.isSafeInteger(bands) && bands >= 2 && bands <= Math.min(mostBands, this.separation);
  }

  /** A unit is in one of an epoch's sums, and so in one block of each level of a tree. */
  accounted({ noiseMultiplier, across }: NoiseOfSteps, steps: number): Accounted {
    const { relation } = this;
    if (!this.takes(across)) return { event: { kind: "non-private" }, relation };
    const each = across?.kind === "tree" ? treeLevels(Math.min(this.stepsEach, this.steps)) : 1;
    const count = Math.ceil(steps / this.stepsEach) * each;
    return {
      event: { kind: "self-composed", event: { kind: "gaussian", noiseMultiplier }, count },
      relation,
    };
  }
}
