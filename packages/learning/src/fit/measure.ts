import { ok, type Problem, type Result } from "@unseen/base";
import type { Backend, Compiled } from "@unseen/compute";
import type { Program } from "@unseen/program";
import type { TrainingLoss } from "../loss/training-loss.ts";
import { type Network, sizeOfShape } from "../model/network.ts";
import type { Weights } from "../model/weights.ts";
import { evaluationStep, inferenceStep } from "../step/plain-step.ts";
import type { Prepared } from "./examples.ts";

/** Means over rows; `accuracy` is the share that was guessed right. */
export type Measured = { readonly loss: number; readonly accuracy: number };

export const rowsAtOnce = 128;

/** TrainingLoss and accuracy on rows, again and again. */
export class Measurer {
  readonly #compiled: Compiled;
  readonly #network: Network;

  private constructor(compiled: Compiled, network: Network) {
    this.#compiled = compiled;
    this.#network = network;
  }

  static async on(
    backend: Backend,
    network: Network,
    loss: TrainingLoss,
  ): Promise<Result<Measurer, Problem>> {
    const program = evaluationStep(network, loss, rowsAtOnce);
    if (!program.ok) return program;
    const compiled = await backend.compile(program.value);
    return compiled.ok ? ok(new Measurer(compiled.value, network)) : compiled;
  }

  async measure(rows: Prepared, weights: Weights): Promise<Measured> {
    const { outputs, shape } = this.#network;
    const size = sizeOfShape(shape);
    const [x, y, present] = [
      new Float32Array(rowsAtOnce * size),
      new Float32Array(rowsAtOnce * outputs),
      new Float32Array(rowsAtOnce),
    ];
    const inputs = new Map([...weights, ["x", x], ["y", y], ["present", present]] as const);
    let [loss, right, counted] = [0, 0, 0];
    for (let from = 0; from < rows.rows; from += rowsAtOnce) {
      const to = Math.min(rows.rows, from + rowsAtOnce);
      x.fill(0).set(rows.x.subarray(from * size, to * size));
      y.fill(0).set(rows.y.subarray(from * outputs, to * outputs));
      present.fill(0).set(rows.isUsable.subarray(from, to));
      const [lossHere, rightHere] = await this.#compiled.run(inputs);
      loss += lossHere![0]!;
      right += rightHere![0]!;
      for (const one of present) counted += one;
    }
    return { loss: loss / counted, accuracy: right / counted };
  }

  close(): void {
    this.#compiled.close();
  }
}

/** A model's results on rows of examples, one line of `outputs` numbers a row. */
export async function resultsOn(
  backend: Backend,
  network: Network,
  weights: Weights,
  x: Float32Array,
): Promise<Result<Float32Array, Problem>> {
  const compiled = await compiledResults(backend, network);
  if (!compiled.ok) return compiled;
  const results = await resultsOf(compiled.value, network, weights, x);
  compiled.value.close();
  return ok(results);
}

/** For `resultsOf`, of many models of one network. */
export async function compiledResults(
  backend: Backend,
  network: Network,
): Promise<Result<Compiled, Problem>> {
  const program = resultsProgram(network);
  return program.ok ? backend.compile(program.value) : program;
}

/** What runs for each `rowsAtOnce` rows of `resultsOf`. */
export function resultsProgram(network: Network): Result<Program, Problem> {
  return inferenceStep(network, rowsAtOnce);
}

export async function resultsOf(
  compiled: Compiled,
  network: Network,
  weights: Weights,
  x: Float32Array,
): Promise<Float32Array> {
  const size = sizeOfShape(network.shape);
  const rows = x.length / size;
  const results = new Float32Array(rows * network.outputs);
  const batch = new Float32Array(rowsAtOnce * size);
  for (let from = 0; from < rows; from += rowsAtOnce) {
    const to = Math.min(rows, from + rowsAtOnce);
    batch.fill(0).set(x.subarray(from * size, to * size));
    const [each] = await compiled.run(new Map([...weights, ["x", batch]]));
    results.set(each!.subarray(0, (to - from) * network.outputs), from * network.outputs);
  }
  return results;
}
