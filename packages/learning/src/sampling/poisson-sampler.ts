import { type Entropy, err, ok, type Problem, problem, type Result } from "@unseen/base";
import { type NeighbouringRelation, PoissonSample, type PrivacyEvent } from "@unseen/privacy";
import type { CorrelatedNoise } from "../private/correlated-noise.ts";
import type { Accounted, NoiseOfSteps } from "./accounted.ts";

export type PoissonOptions = {
  /** The probability with which each unit is in each batch, above 0 and up to 1. */
  readonly rate: number;
  readonly steps: number;
  /**
   * What a batch's summed gradient is divided by, usually the rate times the number of units. It is a number of the
   * model's and not of the data's: what is drawn varies from step to step.
   */
  readonly expects: number;
  /** Where the number of units is public, neighbours differ by one that is replaced; else by one more or less. */
  readonly relation?: PoissonRelation;
};

export type PoissonRelation = Exclude<NeighbouringRelation, "replace-special">;

/**
 * Each unit joins each batch by lot, so batches are of different sizes, and may be empty. It draws the batches and tells
 * what they cost; nothing else tells a Poisson sample's price.
 */
export class PoissonSampler {
  readonly kind = "poisson";
  readonly relation: PoissonRelation;
  readonly steps: number;
  readonly expects: number;
  /** A unit that joins pushes another one along, which stands then in the last run of the program. */
  readonly runsChanged = 2;
  readonly #rate: number;

  private constructor({ rate, steps, expects, relation = "add-or-remove-one" }: PoissonOptions) {
    this.#rate = rate;
    this.relation = relation;
    this.steps = steps;
    this.expects = expects;
    Object.freeze(this);
  }

  static of(options: PoissonOptions): Result<PoissonSampler, Problem> {
    const { rate, steps, expects } = options;
    const isSound =
      rate > 0 &&
      rate <= 1 &&
      Number.isSafeInteger(steps) &&
      steps >= 1 &&
      expects > 0 &&
      Number.isFinite(expects);
    if (isSound) return ok(new PoissonSampler(options));
    return err(
      problem(
        "training-invalid",
        "a Poisson sampler takes a rate above 0 and up to 1, whole steps, and a batch that it expects",
        {
          hint: "poissonSampler({ rate: 0.01, steps: 1000, expects: 600 })",
        },
      ),
    );
  }

  /** Made here, and not something that inherits from what was. */
  static is(value: unknown): value is PoissonSampler {
    return typeof value === "object" && value !== null && #rate in value;
  }

  get inWords(): string {
    return `Poisson samples of rate ${this.#rate}, ${this.steps} steps`;
  }

  /** What a training that goes on has to have as before. */
  get settings(): string {
    return `${this.inWords}, ${this.expects} expected, ${this.relation}`;
  }

  /** The units of one batch after another, in random order. */
  batches(units: number, entropy: Entropy): (step: number) => Int32Array {
    const sample = new PoissonSample(this.#rate, units, entropy);
    return () => sample.next();
  }

  /** What is known of samples by lot is about noise that is drawn for each of them anew. */
  takes(across: CorrelatedNoise | undefined): boolean {
    return across === undefined;
  }

  /** What `steps` releases cost, each on a sample of its own. */
  accounted({ noiseMultiplier, across }: NoiseOfSteps, steps: number): Accounted {
    const { relation } = this;
    if (!this.takes(across)) return { event: { kind: "non-private" }, relation };
    const event: PrivacyEvent = {
      kind: "poisson-sampled",
      probability: this.#rate,
      event: { kind: "gaussian", noiseMultiplier },
    };
    return { event: { kind: "self-composed", event, count: steps }, relation };
  }
}
