// Attacks b and c: asking again. Two sums that differ by one person, and one sum whose noise is to be averaged away;
// each again and again under fresh ids until the ledger refuses.

import { probabilityAtLeast, rightGuessesAtMost } from "@unseen/privacy";
import type { Program } from "@unseen/program";
import type { Caps } from "../ledger/index.ts";
import { type Checks, type Effort, type Finding, percent, settingOf, shareSeen, short } from "./finding.ts";
import { capsOfSpend, isOverspent, priceOfEach, promiseOf } from "./promises.ts";
import { differingByTarget } from "./questions-to-attack.ts";
import { firstNumber, offerOf, type Purse, type SimulatedNode } from "./simulated-node.ts";
import type { BoundedRows } from "./take-in.ts";

const pairsOfQuestions = 5;
const repeats = 20;
/** An attacker gives up here, so that a ledger that never refuses is found and not waited for. */
const patience = 3;

type Neighbours = readonly [BoundedRows, BoundedRows];

/** The attacker is told that the target was put in by a coin, and guesses which side it fell on. */
export async function tryDifferencing(
  node: SimulatedNode,
  neighbours: Neighbours,
  caps: Caps,
  spend: number,
  { games }: Effort,
  checks: Checks,
): Promise<Finding> {
  const [all, but] = differingByTarget(node.card);
  const exact = (program: Program, rows: BoundedRows) => exactly(node, program, rows);
  const gap = (rows: BoundedRows) => exact(all, rows) - exact(but, rows);
  const middle = (gap(neighbours[0]) + gap(neighbours[1])) / 2;
  const allowed = capsOfSpend(caps, spend);
  const offer = offerOf(priceOfEach(allowed, 2 * pairsOfQuestions));
  let [right, asked] = [0, 0];
  for (let game = 0; game < games; game++) {
    const isThere = node.dice.coin();
    const rows = neighbours[isThere ? 1 : 0];
    const purse = await node.purse(allowed);
    const differences: number[] = [];
    while (purse.asks < patience * 2 * pairsOfQuestions) {
      const first = await node.ask(purse, all, offer, rows);
      const second = first && (await node.ask(purse, but, offer, rows));
      if (first === undefined || second === undefined) break;
      differences.push(firstNumber(first) - firstNumber(second));
    }
    asked = 2 * differences.length;
    const mean = average(differences);
    const guess = mean === middle ? node.dice.coin() : mean > middle;
    if (guess === isThere) right += 1;
  }
  const promised = rightGuessesAtMost({ ...promiseOf(caps), epsilon: spend });
  return {
    attack: "differencing",
    tried: `counts in pairs that differ by one person, until the budget is gone; then a guess, where a coin is right in 50 %: were they in? ${games} games`,
    setting: `epsilon ${spend}`,
    reached: `${shareSeen(right / games, games)} right, by ${asked} counts`,
    promised: `${percent(promised)} at most`,
    verdict: probabilityAtLeast(right, games, checks.errorRate()) > promised ? "broken" : "held",
  };
}

/** The same count again and again; the average is compared with one answer for the whole budget. */
export async function tryAveraging(
  node: SimulatedNode,
  rows: BoundedRows,
  caps: Caps,
  { games }: Effort,
  checks: Checks,
): Promise<Finding> {
  const [all] = differingByTarget(node.card);
  const { epsilon: spend, delta } = promiseOf(caps);
  const truth = exactly(node, all, rows);
  // A person moves the count by this much; who is off by less than half of it tells them there from not there.
  const moves = Number(node.sumsOfStage(node.plan(all, rows.peopleCount), 0, [])[0]!.sensitivity.l1);
  const price = priceOfEach(caps, repeats);
  const [each, whole] = [offerOf(price), offerOf(spend)];
  const errors: number[] = [];
  const errorsAtOnce: number[] = [];
  let [close, asked] = [0, 0];
  for (let game = 0; game < games; game++) {
    const answers = await untilRefused(node, await node.purse(caps), () => [all, each, rows]);
    asked = answers.length;
    const error = average(answers) - truth;
    errors.push(error * error);
    const atOnce = await node.ask(await node.purse(caps), all, whole, rows);
    errorsAtOnce.push(((atOnce === undefined ? Number.NaN : firstNumber(atOnce)) - truth) ** 2);
    if (Math.abs(error) < moves / 2) close += 1;
  }
  const promised = rightGuessesAtMost({ epsilon: spend, delta });
  const isTooClose = probabilityAtLeast(close, games, checks.errorRate()) > promised;
  return {
    attack: "averaging",
    tried: `the same count again and again under fresh ids, until the budget is gone; how often is the average within half a person, and is it nearer than one answer for all of the budget? ${games} games`,
    setting: `epsilon ${spend}`,
    reached: `${shareSeen(close / games, games)}; off by ${short(rootOf(errors))}, one answer by ${short(rootOf(errorsAtOnce))}`,
    promised: `${percent(promised)} at most`,
    verdict: isTooClose || isOverspent(caps, asked, price) ? "broken" : "held",
  };
}

/** All accounts of the attacker together ask for more than there is. */
export async function tryOverspending(node: SimulatedNode, rows: BoundedRows, caps: Caps): Promise<Finding> {
  const [all] = differingByTarget(node.card);
  const { epsilon, delta } = promiseOf(caps);
  const parts = 40;
  const price = priceOfEach(caps, parts);
  const purse = await node.purse(caps);
  const offer = offerOf(price);
  const answers = await Promise.all(
    Array.from({ length: patience * parts }, () => node.ask(purse, all, offer, rows)),
  );
  const answered = answers.filter((answer) => answer !== undefined).length;
  return {
    attack: "overspending",
    tried: `${patience * parts} questions at once, from accounts that collude, at a price of which ${parts} fit under the cap`,
    setting: settingOf({ epsilon, delta }),
    reached: `${answered} answers`,
    promised: `${parts} at most`,
    verdict: isOverspent(caps, answered, price) ? "broken" : "held",
  };
}

async function untilRefused(
  node: SimulatedNode,
  purse: Purse,
  next: () => readonly [Program, ReturnType<typeof offerOf>, BoundedRows],
): Promise<readonly number[]> {
  const answers: number[] = [];
  while (purse.asks < patience * repeats) {
    const answer = await node.ask(purse, ...next());
    if (answer === undefined) break;
    answers.push(firstNumber(answer));
  }
  return answers;
}

function exactly(node: SimulatedNode, program: Program, rows: BoundedRows): number {
  const [question] = node.sumsOfStage(node.plan(program, rows.peopleCount), 0, []);
  return Number(node.exactly(question!, rows)[0]!);
}

function rootOf(squares: readonly number[]): number {
  return Math.sqrt(average(squares));
}

function average(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / Math.max(values.length, 1);
}
