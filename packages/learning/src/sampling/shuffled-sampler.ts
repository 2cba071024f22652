import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { PrivacyEvent } from "@unseen/privacy";
import { seededOrder } from "../model/seeded-numbers.ts";
import type { Accounted } from "./accounted.ts";

export type ShuffledOptions = {
  readonly units: number;
  /** Units in a batch, from 1; the last of an epoch may have fewer. */
  readonly batch: number;
  readonly epochs: number;
  /** Of the order, which anybody may know. */
  readonly seed: number;
};

/**
 * Each epoch goes through all units once, in an order of its own. The order is not secret, so a private training is
 * charged as though everybody knew whose turn it is: nothing is amplified.
 */
export class ShuffledSampler {
  readonly kind = "shuffled";
  readonly steps: number;
  readonly expects: number;
  /** A unit that is replaced by nothing leaves its place empty. */
  readonly runsChanged = 1;
  readonly units: number;
  readonly #options: ShuffledOptions;
  readonly #stepsEach: number;

  private constructor(options: ShuffledOptions) {
    this.#options = options;
    this.units = options.units;
    this.expects = options.batch;
    this.#stepsEach = Math.ceil(options.units / options.batch);
    this.steps = Math.max(1, Math.ceil(options.epochs * this.#stepsEach - 1e-9));
    Object.freeze(this);
  }

  static of(options: ShuffledOptions): Result<ShuffledSampler, Problem> {
    const { units, batch, epochs, seed } = options;
    const isSound =
      Number.isSafeInteger(units) &&
      Number.isSafeInteger(batch) &&
      batch >= 1 &&
      batch <= units &&
      epochs > 0 &&
      Number.isFinite(epochs) &&
      Number.isSafeInteger(seed);
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
    return `each unit once an epoch in an order that is not secret, ${this.steps} steps`;
  }

  batches(): (step: number) => Int32Array {
    const { units, batch, seed } = this.#options;
    let known: { readonly epoch: number; readonly order: Int32Array } | undefined;
    return (step) => {
      const epoch = Math.floor(step / this.#stepsEach);
      if (known?.epoch !== epoch)
        known = { epoch, order: seededOrder((seed + Math.imul(epoch + 1, 0x9e3779b1)) | 0, units) };
      const from = (step % this.#stepsEach) * batch;
      return known.order.subarray(from, Math.min(from + batch, units));
    };
  }

  /** A unit is in one of an epoch's sums. */
  accounted(release: PrivacyEvent, steps: number): Accounted {
    const epochs = Math.ceil(steps / this.#stepsEach);
    return { event: { kind: "self-composed", event: release, count: epochs }, relation: "replace-special" };
  }
}
