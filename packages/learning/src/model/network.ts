// A model for examples of one shape: its layers planned, its parameters named.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { Layer, ParameterPlan, PlannedLayer } from "./layer.ts";
import { Pass, type PassKind, parameterName } from "./pass.ts";
import { input, reshape, type Value } from "./value.ts";

export type Network = {
  readonly layers: readonly PlannedLayer[];
  /** Of one example. */
  readonly shape: readonly number[];
  /** Results of one example. */
  readonly outputs: number;
  readonly parameters: readonly ParameterPlan[];
  /** The layers and the shape in words: two networks with the same are the same. */
  readonly description: string;
};

/** Most numbers of all parameters together: 64 MiB of float32, and what one tensor of a program may hold. */
const mostParameters = 2 ** 24;

/** Refuses shapes that do not fit (`shapes-do-not-fit`), and settings that are none (`model-malformed`). */
export function planNetwork(layers: readonly Layer[], shape: readonly number[]): Result<Network, Problem> {
  if (layers.length === 0) return err(problem("model-malformed", "a model has at least one layer"));
  const planned: PlannedLayer[] = [];
  const parameters: ParameterPlan[] = [];
  let inside = shape;
  for (const [at, layer] of layers.entries()) {
    const plan = layer.plan(inside);
    if (!plan.ok) return err({ ...plan.problem, message: `layer ${at}: ${plan.problem.message}` });
    planned.push(plan.value);
    inside = plan.value.shape;
    parameters.push(
      ...plan.value.parameters.map((each) => ({ ...each, name: parameterName(at, each.name) })),
    );
  }
  if (inside.length !== 1)
    return err(
      problem(
        "shapes-do-not-fit",
        `the last layer's results are [${inside.join(", ")}], and one line is needed`,
        {
          hint: "end with flatten(), dense(classes)",
        },
      ),
    );
  const size = learntNumbers({ parameters });
  if (size > mostParameters)
    return err(
      problem(
        "program-too-large",
        `the model has ${size} numbers to learn, and at most ${mostParameters} are possible`,
      ),
    );
  const description = `[${shape.join(",")}] ${layers.map(({ name }) => name).join(" ")}`;
  return ok({ layers: planned, shape, outputs: inside[0]!, parameters, description });
}

export function sizeOfShape(shape: readonly number[]): number {
  return shape.reduce((product, each) => product * each, 1);
}

/** How many numbers a model learns. */
export function learntNumbers({ parameters }: Pick<Network, "parameters">): number {
  return parameters.reduce((sum, { shape }) => sum + sizeOfShape(shape), 0);
}

/** Results [rows, outputs] for the input "x" [rows, size of an example], and what the layers said on the way. */
export function resultsOf(
  network: Network,
  kind: PassKind,
  rows: number,
): { readonly results: Value; readonly pass: Pass } {
  const pass = new Pass(kind, rows);
  const x = reshape(input("x", [rows, sizeOfShape(network.shape)]), [rows, ...network.shape]);
  return { results: pass.through(network.layers, x), pass };
}
