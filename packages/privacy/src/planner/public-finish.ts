// The part of a plan that runs on released values alone, laid out once and run many times: once for the
// answer, and hundreds of times for its error bar.

import { invariant } from "@unseen/base";
import { type Attributes, operations, type PlainTensor } from "@unseen/program";
import { stageOf } from "./canonical.ts";
import type { Plan } from "./plan-answer.ts";
import type { ReleasedValues } from "./stage.ts";

type Step = {
  readonly at: number;
  readonly plain: (inputs: readonly PlainTensor[], attributes: Attributes) => PlainTensor;
  readonly inputs: readonly number[];
  readonly attributes: Attributes;
};

export class PublicFinish {
  readonly #plan: Plan;
  /** Values by node; what needs nothing released is there from the beginning. */
  readonly #values: (PlainTensor | undefined)[];
  readonly #steps: readonly Step[];

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#values = plan.nodes.map((node, at) => {
      const facts = plan.typical[at];
      return stageOf(node) === 0 && facts?.kind === "public" ? facts.value : undefined;
    });
    this.#steps = plan.nodes.flatMap((node, at): readonly Step[] => {
      if (node.kind !== "operation" || node.isPrivate || stageOf(node) === 0) return [];
      const operation = operations.get(node.operation);
      invariant(operation !== undefined, "the planner writes allow-listed operations only");
      return [{ at, plain: operation.plain, inputs: node.inputs, attributes: node.attributes }];
    });
  }

  /** The answers, given a value for each cut. The same as reading the facts of every node, without them. */
  run(released: ReleasedValues): readonly PlainTensor[] {
    for (const { node } of this.#plan.cuts) {
      const value = released.get(node);
      invariant(value !== undefined, "an answer is finished when every sum is released");
      this.#values[node] = value;
    }
    for (const { at, plain, inputs, attributes } of this.#steps) {
      this.#values[at] = plain(
        inputs.map((input) => this.#values[input]!),
        attributes,
      );
    }
    return this.#plan.outputs.map((output) => {
      const value = this.#values[output];
      invariant(value !== undefined, "an answer is public");
      return value;
    });
  }
}
