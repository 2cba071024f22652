import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { writeCheckpoint } from "../checkpoint/checkpoint.ts";
import { epsilonSoFar } from "../private/promise.ts";
import { type Prepared, prepared } from "./examples.ts";
import type { FitOptions, FitPorts, Progress } from "./fit-options.ts";
import { type Measured, Measurer } from "./measure.ts";
import type { TrainingPlan } from "./plan-training.ts";
import { reported, type TrainingState } from "./training-state.ts";

type HeldOut = { readonly measurer: Measurer; readonly rows: Prepared };

/** What is told on the way. Of a private training nothing but what was noised, and what public rows say of it. */
export class Telling {
  readonly #plan: TrainingPlan;
  readonly #options: FitOptions;
  readonly #ports: FitPorts;
  readonly #measured: HeldOut | undefined;
  readonly #startMs: number | undefined;
  #startStep: number | undefined;
  #loss = 0;
  #right = 0;
  #rows = 0;
  last: Measured | undefined;

  private constructor(
    plan: TrainingPlan,
    options: FitOptions,
    ports: FitPorts,
    measured: HeldOut | undefined,
  ) {
    this.#plan = plan;
    this.#options = options;
    this.#ports = ports;
    this.#measured = measured;
    this.#startMs = ports.clock?.nowMs();
  }

  static async of(
    plan: TrainingPlan,
    options: FitOptions,
    ports: FitPorts,
  ): Promise<Result<Telling, Problem>> {
    if (options.heldOut === undefined) return ok(new Telling(plan, options, ports, undefined));
    const rows = prepared(options.heldOut, plan.network, plan.loss);
    if (!rows.ok) return rows;
    const measurer = await Measurer.on(ports.backend, plan.network, plan.loss);
    return measurer.ok
      ? ok(new Telling(plan, options, ports, { measurer: measurer.value, rows: rows.value }))
      : measurer;
  }

  seen(loss: number, right: number): void {
    this.#loss += loss;
    this.#right += right;
  }

  counted(rows: number): void {
    this.#rows += rows;
  }

  /** Measures, saves, and only then tells. */
  async report(state: TrainingState): Promise<Result<TrainingState, Problem>> {
    const { sampler, private: own, reportEvery } = this.#plan;
    this.#startStep ??= state.step - reportEvery;
    if (own === undefined && !Number.isFinite(this.#loss)) return err(diverged());
    const heldOut = await this.#measured?.measurer.measure(this.#measured.rows, state.weights);
    this.last = heldOut;
    const after = heldOut === undefined ? state : reported(state, heldOut.loss);
    await this.#options.saveCheckpoint?.(writeCheckpoint(after, this.#plan.description));
    const training = { loss: this.#loss / this.#rows, accuracy: this.#right / this.#rows };
    const leftMs = this.#leftMs(state.step);
    const progress: Progress = {
      step: state.step,
      steps: sampler.steps,
      ...(own === undefined ? { training } : {}),
      ...(heldOut === undefined ? {} : { heldOut }),
      ...(own === undefined
        ? {}
        : { epsilon: epsilonSoFar(own.privacy, own.noiseMultiplier, sampler, state.step) }),
      ...(leftMs === undefined ? {} : { leftMs }),
    };
    [this.#loss, this.#right, this.#rows] = [0, 0, 0];
    this.#options.onProgress?.(progress);
    return ok(after);
  }

  #leftMs(step: number): number | undefined {
    const done = step - (this.#startStep ?? step);
    if (this.#startMs === undefined || this.#ports.clock === undefined || done < 1) return undefined;
    return ((this.#ports.clock.nowMs() - this.#startMs) / done) * (this.#plan.sampler.steps - step);
  }

  close(): void {
    this.#measured?.measurer.close();
  }
}

export function diverged(): Problem {
  return problem("training-diverged", "the loss or a weight is no longer a finite number", {
    hint: "a smaller learning rate, or data scaled to about 1",
  });
}
