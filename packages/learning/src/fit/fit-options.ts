import type { Clock, Entropy } from "@unseen/base";
import type { Backend } from "@unseen/compute";
import type { TrainingLoss } from "../loss/training-loss.ts";
import type { Weights } from "../model/weights.ts";
import type { Optimizer } from "../optimise/optimizer.ts";
import type { PrivacyOptions } from "../private/promise.ts";
import type { Sampler } from "../sampling/sampler.ts";
import type { Examples } from "./examples.ts";
import type { Measured } from "./measure.ts";

export type FitOptions = {
  readonly optimizer: Optimizer;
  /** Times that each unit is seen, in expectation where batches are drawn by lot. Left out with a `sampler`. */
  readonly epochs?: number;
  /** Units in a batch, expected or exact. Left out with a `sampler`. */
  readonly batch?: number;
  /** Draws the batches and tells their price. Without it: Poisson where `privacy` is, shuffled where not. */
  readonly sampler?: Sampler;
  /** Cross entropy if left out. */
  readonly loss?: TrainingLoss;
  readonly privacy?: PrivacyOptions;
  /** Rows of a person that are used at most, where `people` names whose rows they are; 1 if left out. */
  readonly rowsEach?: number;
  /** Of first weights and public orders; 1 if left out. Noise has no seed. */
  readonly seed?: number;
  /** What training begins with, in place of weights from the seed. Nothing private may be in them that is not paid for. */
  readonly weights?: Weights;
  /** Examples that are public, or whose owner accepts that what is measured on them is told. */
  readonly heldOut?: Examples;
  /** Stops when the loss on `heldOut` has not fallen for so many reports. The epsilon is that of all steps all the same. */
  readonly patience?: number;
  /** Steps between two reports; an epoch's worth if left out. */
  readonly reportEvery?: number;
  readonly onProgress?: (progress: Progress) => void;
  /** Called at each report and awaited before it is told: what is told afterwards is on disk. */
  readonly saveCheckpoint?: (checkpoint: Uint8Array) => Promise<void>;
  /**
   * What `saveCheckpoint` was given last: goes on from there. From an older one a private training would tell again what it has
   * told since, with other noise: that is a second training, and its epsilon comes on top.
   */
  readonly resumeFrom?: Uint8Array;
  /** Units that one run of the program takes; a private training's noise grows a little with it. */
  readonly unitsEachRun?: number;
};

/** What a training takes of the world. */
export type FitPorts = {
  readonly backend: Backend;
  readonly entropy: Entropy;
  readonly clock?: Clock;
};

export type Progress = {
  readonly step: number;
  readonly steps: number;
  /** On the rows of the batches since the last report. A private training does not tell it: rows would show. */
  readonly training?: Measured;
  /** On `heldOut`. */
  readonly heldOut?: Measured;
  /** What the steps so far cost, by Rényi divergences. */
  readonly epsilon?: number;
  readonly leftMs?: number;
};
