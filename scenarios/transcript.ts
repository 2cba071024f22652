// The transcript of the talk's slides, with the names of the package, each printed result compared. A world
// says how a grid is reached and what only its owner knows; every transport passes the same function.

import assert from "node:assert/strict";
import {
  CannotRequestPrivateData,
  type GridClient,
  type Loss,
  type NestedNumbers,
  PointerTensor,
  type RemoteWorker,
  tensor,
  VirtualWorker,
} from "unseen";

export type TranscriptWorld = {
  /** Signs in as a researcher. */
  readonly connect: () => Promise<GridClient>;
  /** `String(await grid.search("#diabetes"))`. */
  readonly found: string;
  /** What the card of the first dataset found says in public. */
  readonly description: string;
  readonly shape: readonly [number | string, number];
  readonly columns: readonly string[];
  readonly tags: readonly string[];
  /** True means over the rows of the first dataset found, which no asker knows. */
  readonly means: { readonly bp: number; readonly bmi: number };
};

/**
 * How many half-widths of the 95 % interval an answer may lie from the truth here. Laplace noise passes
 * 3 b with 5 %, so ten of them with e^-30: a right node fails once in 10^12 runs.
 */
const halfWidths = 10;

/** Runs the transcript. Throws an `AssertionError` at the first result that is not as written. Costs epsilon 1. */
export async function transcript(world: TranscriptWorld): Promise<void> {
  await remoteExecution(new VirtualWorker({ id: "May Clinic" }));
  const grid = await world.connect();
  await remoteExecution(grid.node());
  await searchAndSample(world, grid);
  await privacyAtTheBoundary(world, grid);
}

/** Tool 1: remote execution, at any worker. */
async function remoteExecution(worker: RemoteWorker): Promise<void> {
  const x = await tensor([1, 3, 4, 5]).send(worker);
  const [before, after] = String(x).split(`-> ${worker.id}:`);
  assert.match(before ?? "", /^\(Wrapper\)>\[PointerTensor \| me:\d{11} $/);
  assert.match(after ?? "", /^\d{11}\]$/);
  const y = x.add(x);
  assert.ok(y instanceof PointerTensor);
  assert.deepEqual(y.shape, [4]);
  assert.equal(String(await y.get()), "tensor([ 2, 6, 8, 10 ])");
  assert.equal(String(await x.get()), "tensor([ 1, 3, 4, 5 ])");
  await x.delete();
  await assert.rejects(x.get(), { name: "AskRefused", code: "object-unknown" });
}

/** Tool 2: search and example data. */
async function searchAndSample(world: TranscriptWorld, grid: GridClient): Promise<void> {
  const found = await grid.search("#diabetes");
  assert.equal(String(found), world.found);
  assert.equal(found.isPartial, false);
  const dataset = found[0];
  assert.ok(dataset !== undefined);
  assert.equal(dataset.description, world.description);
  assert.deepEqual(dataset.shape, world.shape);
  assert.deepEqual([...dataset.columns], world.columns);
  assert.deepEqual(dataset.tags, world.tags);
  const sample = await dataset.sample();
  const label =
    /^(mock rows written by the owner|synthetic rows drawn from the declared bounds): these are not real rows\n/;
  assert.match(String(sample), label);
  assert.ok(sample.rows.length > 0);
}

/** Tool 3: privacy at the boundary. */
async function privacyAtTheBoundary(world: TranscriptWorld, grid: GridClient): Promise<void> {
  const dataset = (await grid.search("#diabetes"))[0];
  assert.ok(dataset !== undefined);
  await assert.rejects(dataset.get(), (refusal) => {
    assert.ok(refusal instanceof CannotRequestPrivateData);
    assert.equal(refusal.code, "private-data");
    assert.match(refusal.message, new RegExp(`^All rows of ${dataset.name} were asked for`));
    assert.match(
      refusal.message,
      /Would be answered: .*\.get\(\{ epsilon: 0\.5 \}\): to within ± .* at a cost of epsilon 0\.5/,
    );
    return true;
  });

  const bp = dataset.column("bp");
  await assert.rejects(bp.get(), CannotRequestPrivateData);
  const price = await bp.mean().price({ epsilon: 0.5 });
  assert.deepEqual(price.cost, { epsilon: 0.5, delta: 0 });
  assert.ok(price.affordable);
  assert.ok(toNumber(price.expectedPlusMinus) > 0);

  const answer = await bp.mean().get({ epsilon: 0.5 });
  assert.deepEqual(answer.spent, { epsilon: 0.5, delta: 0 });
  assertSpent(price.remaining, answer.remaining);
  assert.equal(answer.receipt.dataset, dataset.name);
  assertNear(answer.value, world.means.bp, answer.plusMinus);
  assert.match(
    String(answer),
    /^\S+ ± \S+ \(95 %\); spent epsilon 0\.5, epsilon \S+( and delta \S+)? remaining$/,
  );

  const again = await bp.mean().get({ epsilon: 0.5, askId: answer.receipt.askId });
  assert.deepEqual({ ...again }, { ...answer });

  const both = await dataset.columns("bmi", "bp").mean(0).get(0.5);
  assertSpent(answer.remaining, both.remaining);
  const [bmi, bpAgain] = both.value as readonly NestedNumbers[];
  const [bmiWithin, bpWithin] = both.plusMinus as readonly NestedNumbers[];
  assertNear(bmi, world.means.bmi, bmiWithin);
  assertNear(bpAgain, world.means.bp, bpWithin);
}

/** Amounts are exact decimal text on the wire; their difference in floats is not. */
function assertSpent(before: Loss, after: Loss): void {
  assert.equal((before.epsilon - after.epsilon).toFixed(9), "0.500000000");
}

function assertNear(
  value: NestedNumbers | undefined,
  truth: number,
  plusMinus: NestedNumbers | undefined,
): void {
  const off = Math.abs(toNumber(value) - truth);
  assert.ok(off <= halfWidths * toNumber(plusMinus), "an answer lies within its stated noise of the truth");
}

function toNumber(value: NestedNumbers | undefined): number {
  assert.ok(typeof value === "number" && Number.isFinite(value));
  return value;
}
