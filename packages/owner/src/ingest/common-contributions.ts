// What is asked of nearly every dataset: the sum and the mean of each column. What a row adds to them follows
// from the card alone, so ingest writes those integers beside the rows, once, and such a question then
// reads four bytes a row and calculates nothing. The engine's own SQL makes them, so they are its integers.

import { type Contribution, datasetFacts, planAnswer, sumsOfStage } from "@unseen/privacy";
import { type Card, makeProgram } from "@unseen/program";

export function commonContributions(card: Card): readonly Contribution[] {
  // The number of people changes what is done with a sum and not what a row adds to it.
  const facts = datasetFacts(card, card.people.isPublic ? 1 : undefined);
  return Object.keys(card.columns).flatMap((column) =>
    ["ReduceSum", "ReduceMean"].flatMap((operation) => {
      const program = makeProgram({
        nodes: [
          { kind: "input", name: column, shape: ["rows"] },
          { kind: "operation", operation, inputs: [0], attributes: { axes: [0] } },
        ],
        outputs: [1],
      });
      const plan = program.ok ? planAnswer(program.value, facts) : program;
      // A column that cannot be summed is none that is asked for its sum.
      const sums = plan.ok ? sumsOfStage(plan.value, 0, new Map()) : plan;
      return sums.ok ? sums.value.map(({ contribution }) => contribution) : [];
    }),
  );
}
