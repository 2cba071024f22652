import { type Problem, problem } from "@unseen/base";
import type { Backend } from "@unseen/compute";
import {
  type Examples,
  type Measured,
  Measurer,
  type Network,
  type PatePromised,
  type Promised,
  prepared,
  resultsOn,
  rowsOf,
  type Trained,
  type Weights,
  writeSafetensors,
} from "@unseen/learning";
import { AskRefused, orThrow } from "../refusals/ask-refused.ts";

/** What a training left: weights, and for whom they are safe to show. */
export class TrainedModel<Given extends Promised | PatePromised = Promised> {
  /** What was promised to everybody whose rows it learnt from; undefined where nothing was. */
  readonly epsilon: Given | undefined;
  readonly weights: Weights;
  readonly steps: number;
  readonly stoppedEarly: boolean;
  /** On held-out examples, at the end. */
  readonly heldOut: Measured | undefined;
  readonly #trained: Trained;
  readonly #backend: Backend;

  constructor(trained: Trained, backend: Backend, epsilon: Given | undefined) {
    this.epsilon = epsilon;
    this.weights = trained.weights;
    this.steps = trained.steps;
    this.stoppedEarly = trained.stoppedEarly;
    this.heldOut = trained.heldOut;
    this.#trained = trained;
    this.#backend = backend;
  }

  /** The last layer's numbers for each row: logits, log odds or numbers, as the loss has them. */
  async outputs(x: Examples["x"]): Promise<readonly Float32Array[]> {
    const { network, weights } = this.#trained;
    const rows = rowsOf(x, sizeOf(network));
    if (rows === undefined) throw new AskRefused(otherRows(network));
    const results = orThrow(await resultsOn(this.#backend, network, weights, rows));
    const count = results.length / network.outputs;
    return Array.from({ length: count }, (_, row) =>
      results.slice(row * network.outputs, (row + 1) * network.outputs),
    );
  }

  /** The class of each row: the place of its greatest result, or 0 and 1 where there is one. */
  async predict(x: Examples["x"]): Promise<readonly number[]> {
    const results = await this.outputs(x);
    return results.map((row) => (row.length === 1 ? Number(row[0]! > 0) : row.indexOf(Math.max(...row))));
  }

  /** Loss and accuracy on examples. Of private rows this tells what nobody paid for: keep it to yourself. */
  async evaluate(examples: Examples): Promise<Measured> {
    const { network, loss, weights } = this.#trained;
    const rows = orThrow(prepared(examples, network, loss));
    const measurer = orThrow(await Measurer.on(this.#backend, network, loss));
    const measured = await measurer.measure(rows, weights);
    measurer.close();
    return measured;
  }

  /** The weights as a safetensors file, with the promise in its metadata. */
  toSafetensors(): Uint8Array {
    const { network, weights } = this.#trained;
    const tensors = new Map(
      network.parameters.map(({ name, shape }) => [name, { shape, data: weights.get(name)! }]),
    );
    const metadata = new Map([["model", network.description]]);
    if (this.epsilon !== undefined) metadata.set("promise", JSON.stringify(this.epsilon));
    return writeSafetensors({ tensors, metadata });
  }
}

function sizeOf({ shape }: Network): number {
  return shape.reduce((product, size) => product * size, 1);
}

function otherRows(network: Network): Problem {
  return problem("shapes-do-not-fit", `a row of this model has ${sizeOf(network)} numbers`);
}
