// A run in the words of the person who plans it, as events that any accountant composes.

import { invariant } from "@unseen/base";
import type { NeighbouringRelation, PrivacyEvent } from "./event.ts";

export type Run =
  | {
      readonly kind: "dp-sgd";
      /** People in the training set; with them the sampling is fixed. */
      readonly examples: number;
      /** People in a batch: expected for "poisson", exact for "fixed". */
      readonly batch: number;
      /** Noise over the clipping norm, on the SUM of a batch's gradients. */
      readonly noise: number;
      readonly epochs: number;
      /**
       * "poisson": each person joins each batch by lot. "fixed": each batch is drawn anew without replacement.
       * "none": the data is walked through in order or in an order that others may know, so nothing is amplified.
       */
      readonly sampling: "poisson" | "fixed" | "none";
    }
  | {
      readonly kind: "gaussian-releases";
      /** One noise over L2 sensitivity for each release. */
      readonly noises: readonly number[];
    }
  | {
      /**
       * Teachers of PATE vote, each trained on people of its own; the most voted option is told. One person changes one
       * vote. These events hold whatever the votes were; `accounting/pate` has what they cost where teachers agree.
       */
      readonly kind: "noised-votes";
      /** Laplace noise of scale `noise` on each count, or Gaussian of standard deviation `noise`. */
      readonly aggregator: "laplace" | "gaussian";
      readonly noise: number;
      /** Queries that a winner was told for; the run stops there. */
      readonly answered: number;
      /** Queries of which the most voted count was first tested against a threshold, with Gaussian noise. */
      readonly tested?: { readonly queries: number; readonly noise: number };
    };

export type DescribedRun = {
  readonly events: readonly PrivacyEvent[];
  /** The relation for which the events say the truth; make the accountant with it. */
  readonly relation: NeighbouringRelation;
};

/** The events of a run. Steps are rounded up to whole ones; a batch is at most the data. */
export function describeRun(run: Run): DescribedRun {
  if (run.kind === "gaussian-releases") {
    const events = run.noises.map((noise): PrivacyEvent => ({ kind: "gaussian", noiseMultiplier: noise }));
    return { events, relation: "add-or-remove-one" };
  }
  if (run.kind === "noised-votes") return votesOf(run);
  invariant(run.examples >= 1 && run.batch >= 1 && run.batch <= run.examples, "a batch is part of the data");
  invariant(run.epochs >= 0 && Number.isFinite(run.epochs), "epochs are a finite number of at least zero");
  const step: PrivacyEvent = { kind: "gaussian", noiseMultiplier: run.noise };
  const steps = stepsOf(run);
  switch (run.sampling) {
    case "poisson": {
      const event: PrivacyEvent = {
        kind: "poisson-sampled",
        probability: run.batch / run.examples,
        event: step,
      };
      return { events: [{ kind: "self-composed", event, count: steps }], relation: "add-or-remove-one" };
    }
    case "fixed": {
      // Replacing one person moves a sum of clipped gradients by twice the clipping norm.
      const replaced: PrivacyEvent = { kind: "gaussian", noiseMultiplier: run.noise / 2 };
      const event: PrivacyEvent = {
        kind: "sampled-without-replacement",
        sourceSize: run.examples,
        sampleSize: run.batch,
        event: replaced,
      };
      return { events: [{ kind: "self-composed", event, count: steps }], relation: "replace-one" };
    }
    case "none": {
      // Batches of one epoch are disjoint, so a person is in one sum an epoch.
      const epochs = Math.ceil(run.epochs);
      return { events: [{ kind: "self-composed", event: step, count: epochs }], relation: "replace-special" };
    }
    default:
      return run.sampling satisfies never;
  }
}

/** Papernot and others 2017 (arXiv 1610.05755), 2018 (arXiv 1802.08908): a vote leaves one count and joins another. */
function votesOf(run: Extract<Run, { kind: "noised-votes" }>): DescribedRun {
  const { aggregator, noise, answered, tested } = run;
  // L1 distance 2 and L2 distance sqrt(2), each rounded to more loss.
  const up = 1 + 2 ** -50;
  const vote: PrivacyEvent =
    aggregator === "laplace"
      ? { kind: "epsilon-delta", epsilon: (2 / noise) * up, delta: 0 }
      : { kind: "gaussian", noiseMultiplier: (noise * Math.SQRT1_2) / up };
  const events: PrivacyEvent[] = [{ kind: "self-composed", event: vote, count: answered }];
  if (tested !== undefined) {
    const test: PrivacyEvent = { kind: "gaussian", noiseMultiplier: tested.noise };
    events.unshift({ kind: "self-composed", event: test, count: tested.queries });
  }
  return { events, relation: "add-or-remove-one" };
}

/** ceil(epochs examples / batch), without the last bit of a double turning 3600 into 3601. */
function stepsOf(run: {
  readonly epochs: number;
  readonly examples: number;
  readonly batch: number;
}): number {
  const exact = (run.epochs * run.examples) / run.batch;
  const near = Math.round(exact);
  return Math.abs(exact - near) < 1e-9 * near ? near : Math.ceil(exact);
}
