// Random questions on random neighbouring datasets, in blocks. Each case is drawn from one seed; a failure prints it, and
// `drawnCase(seed)` repeats it.

import { expect, test } from "vitest";
import { type DrawnCase, drawnCase, everyOperation } from "./moved-sums.ts";

const plannedABlock = 625;
/** Seeds of different blocks never meet. */
const seedsABlock = 10_000_000;

type Tally = {
  planned: number;
  sums: number;
  laterSums: number;
  oneHotSums: number;
  peopleSums: number;
  chosenSums: number;
  movedSums: number;
  readonly operations: Map<string, number>;
  readonly rowOperations: Map<string, number>;
  readonly how: Map<string, number>;
};

/** What no row goes through: a sum's own program has other operations in their place. */
const neverOnRows = [
  "ArgSort",
  "ChooseAbove",
  "ChooseGreatest",
  "ChooseQuantile",
  "Correlation",
  "Count",
  "CountPeople",
  "Covariance",
  "EigenSymmetric",
  "Gemm",
  "Histogram",
  "Inverse",
  "MeanWhere",
  "Quantile",
  "QuantileOfCounts",
  "Solve",
  "StandardDeviation",
  "SumByPerson",
  "TopK",
  "VarianceWhere",
];

/** Tests of the first so many blocks, and that together they reach everything that a question can be made of. */
export function questionsMoveNoSumTooFar(blocks: number): void {
  const total: Tally = {
    planned: 0,
    sums: 0,
    laterSums: 0,
    oneHotSums: 0,
    peopleSums: 0,
    chosenSums: 0,
    movedSums: 0,
    operations: new Map(),
    rowOperations: new Map(),
    how: new Map(),
  };

  test.each(Array.from({ length: blocks }, (_, block) => block))(
    "no exact sum moves further than planned when one person is added, removed or rewritten: block %i",
    (block) => {
      const first = block * seedsABlock;
      let planned = 0;
      for (let seed = first; planned < plannedABlock; seed++) {
        expect(seed - first, "most of what is drawn can be planned").toBeLessThan(plannedABlock * 1.2);
        const drawn = drawnCase(seed);
        if (drawn.kind !== "planned") continue;
        expect(drawn.violation).toBeUndefined();
        planned++;
        count(total, drawn);
      }
    },
  );

  test("the drawn cases reach every operation, later stages, one-hot rows and every way to differ", () => {
    expect(total.planned).toBeGreaterThanOrEqual(blocks * plannedABlock);
    const seldom = everyOperation.filter((name) => (total.operations.get(name) ?? 0) < total.planned / 100);
    expect(seldom, "operations in less than a hundredth of the questions").toEqual([]);
    const unseen = everyOperation.filter(
      (name) => (total.rowOperations.get(name) ?? 0) < total.planned / 400,
    );
    expect(
      unseen.filter((name) => !neverOnRows.includes(name) && name !== "Transpose"),
      "operations that too few rows went through",
    ).toEqual([]);
    expect(total.sums).toBeGreaterThan(3 * total.planned);
    expect(total.laterSums).toBeGreaterThan(total.planned / 4);
    expect(total.oneHotSums).toBeGreaterThan(total.planned / 20);
    expect(total.peopleSums).toBeGreaterThan(total.planned / 20);
    expect(total.chosenSums).toBeGreaterThan(total.planned / 10);
    expect(total.movedSums).toBeGreaterThan(total.sums / 3);
    for (const how of ["added", "removed", "rewritten"])
      expect(total.how.get(how), how).toBeGreaterThan(total.planned / 8);
  });
}

function count(total: Tally, drawn: Extract<DrawnCase, { kind: "planned" }>): void {
  total.planned++;
  total.sums += drawn.sums;
  total.laterSums += drawn.laterSums;
  total.oneHotSums += drawn.oneHotSums;
  total.peopleSums += drawn.peopleSums;
  total.chosenSums += drawn.chosenSums;
  total.movedSums += drawn.movedSums;
  const add = (tally: Map<string, number>, name: string) => tally.set(name, (tally.get(name) ?? 0) + 1);
  for (const name of drawn.operations) add(total.operations, name);
  for (const name of drawn.rowOperations) add(total.rowOperations, name);
  add(total.how, drawn.how);
}
