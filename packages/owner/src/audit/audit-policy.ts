// Attacks an owner's own policy, on people who do not exist, and says how far each attack got beside what the policy
// promises. Never reads a real row: it is given a card and caps, and no snapshot.

import type { Entropy } from "@unseen/base";
import { invariant } from "@unseen/base";
import type { Card } from "@unseen/program";
import type { Caps } from "../ledger/index.ts";
import { tryAveraging, tryDifferencing, tryOverspending } from "./attack-differencing.ts";
import { tryMembership } from "./attack-membership.ts";
import { tryReconstruction } from "./attack-reconstruction.ts";
import { type SeenEpsilon, testedPrices, testPrice } from "./attack-tester.ts";
import type { AuditReport } from "./audit-report.ts";
import { Checks, type Effort, type Finding } from "./finding.ts";
import { adviceFor, plainWords } from "./plain-words.ts";
import type { PredictableStream } from "./predictable-stream.ts";
import { promiseOf, spendsWithin } from "./promises.ts";
import { type NodeParts, partsThatServe, SimulatedNode } from "./simulated-node.ts";
import { worstNeighbours } from "./synthetic-people.ts";

export type AuditedPolicy = { readonly card: Card; readonly caps: Caps };

export type AuditOptions = {
  readonly effort: Effort;
  /** The platform's; a predictable stream for tests, which an owner's node has no way to take. */
  readonly randomness: Entropy | PredictableStream;
  /** Told before each attack, in words. */
  readonly onProgress?: (doing: string) => void;
  /** For tests that break a part on purpose. */
  readonly parts?: NodeParts;
};

/** Seconds to minutes, by the effort. Raises a false alarm once in a thousand runs at most (`falseAlarmRate`). */
export async function auditPolicy(
  { card, caps }: AuditedPolicy,
  options: AuditOptions,
): Promise<AuditReport> {
  const hasNumbers = Object.values(card.columns).some(({ type }) => type !== "text");
  invariant(hasNumbers, "an audit attacks a column of numbers or categories");
  const { effort, randomness, onProgress = () => {}, parts = partsThatServe } = options;
  const node = new SimulatedNode(card, randomness, parts);
  const checks = new Checks();
  try {
    onProgress("taking in people who do not exist");
    const people = worstNeighbours(card, node.dice);
    const neighbours = [await node.takeIn(people.without), await node.takeIn(people.with)] as const;
    const findings: Finding[] = [];
    const seen: SeenEpsilon[] = [];
    for (const price of testedPrices(caps)) {
      onProgress(`telling two datasets apart, at epsilon ${price.epsilon}`);
      // A turn of the loop, so that progress is drawn.
      await new Promise((resume) => setImmediate(resume));
      const tested = testPrice(node, neighbours, price, effort, checks);
      findings.push(tested.finding);
      seen.push(...tested.seen);
    }
    onProgress("spending more than there is");
    findings.push(await tryOverspending(node, neighbours[1], caps));
    for (const spend of ends(spendsWithin(caps))) {
      onProgress(`taking the difference of two sums, epsilon ${spend} in all`);
      findings.push(await tryDifferencing(node, neighbours, caps, spend, effort, checks));
    }
    onProgress("averaging the noise away");
    findings.push(await tryAveraging(node, neighbours[1], caps, effort, checks));
    onProgress("reconstructing everybody's secret bit");
    const reconstruction = await tryReconstruction(node, caps, effort, checks);
    onProgress("inferring who was in the data");
    await new Promise((resume) => setImmediate(resume));
    const membership = tryMembership(node, neighbours, caps, effort, checks);
    findings.push(...reconstruction.findings, ...membership.findings);
    const report = {
      dataset: card.name,
      promise: promiseOf(caps),
      neighbours: card.people.isPublic ? ("replace" as const) : ("add-or-remove" as const),
      mostRowsEach: card.unit.kind === "row" ? 1 : card.unit.mostRowsEach,
      findings,
      isBroken: findings.some(({ verdict }) => verdict === "broken"),
      seen,
      curves: membership.curves,
      reconstructions: reconstruction.shares,
    };
    return { ...report, inPlainWords: plainWords(report), advice: adviceFor(report) };
  } finally {
    node.close();
  }
}

/** The smallest, where a broken promise shows best, and the largest. */
function ends(spends: readonly number[]): readonly number[] {
  return [...new Set([spends[0]!, spends.at(-1)!])];
}
