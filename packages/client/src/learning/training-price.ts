import type { PatePromised, Promised } from "@unseen/learning";
import type { SentTrainingPrice } from "@unseen/wire";
import { type Loss, lossOf, printLoss } from "../datasets/offer.ts";

/** What a training at an owner's would cost. Free, and the same whatever the rows say. */
export class TrainingPrice<Given extends Promised | PatePromised = Promised> {
  readonly cost: Loss;
  /** What would be promised. */
  readonly epsilon: Given;
  /** Or teachers. */
  readonly steps: number;
  /** Numbers that are learnt, by each. */
  readonly parameters: number;
  /** What would be released, in words, a line each. */
  readonly releases: readonly string[];
  readonly remaining: Loss;
  readonly affordable: boolean;

  constructor(sent: SentTrainingPrice & { readonly promise: Given }) {
    this.cost = lossOf(sent.cost);
    this.epsilon = sent.promise;
    this.steps = sent.steps;
    this.parameters = sent.parameters;
    this.releases = sent.releases;
    this.remaining = lossOf(sent.remaining);
    this.affordable = sent.isAffordable;
  }

  toString(): string {
    const left = `${printLoss(this.remaining)} remaining`;
    return [
      `costs ${printLoss(this.cost)} (${this.affordable ? left : `too much: ${left}`})`,
      ...this.releases.map((release) => `releases ${release}`),
    ].join("\n");
  }
}
