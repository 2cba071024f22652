// Attack d: reconstruction. The attacker knows where each of n people would stand and wants one secret bit of each.
// Two ways: counts of random subsets solved by least squares (Dinur and Nissim 2003; Kasiviswanathan and others 2010),
// and one count at each person's place. How many right guesses epsilon allows over n independent bits: Steinke, Nasr,
// Jagielski 2023 (arXiv 2305.08846): no more than as many coins of probability e^eps / (1 + e^eps).

import { probabilityAtLeast, rightGuessesAtMost } from "@unseen/privacy";
import type { Caps } from "../ledger/index.ts";
import { type Checks, type Effort, type Finding, percent, shareSeen } from "./finding.ts";
import { capsOfSpend, priceOfEach, promiseOf, spendsFor } from "./promises.ts";
import { countAtEachPlace, type Places, placesOf, subsetCount } from "./questions-to-attack.ts";
import { offerOf, read, type SimulatedNode } from "./simulated-node.ts";
import { solveRidge } from "./solve-ridge.ts";
import type { BoundedRows } from "./take-in.ts";

/** Shares of bits guessed right, for one amount spent. */
export type Reconstructed = {
  readonly people: number;
  readonly epsilon: number;
  readonly bySubsets: number;
  readonly subsets: number;
  readonly byPlaces: number;
  /** No attack gets more than this on average. */
  readonly atMost: number;
  readonly isBeyondCap: boolean;
};

const fewestPeople = 8;

export async function tryReconstruction(
  node: SimulatedNode,
  caps: Caps,
  effort: Effort,
  checks: Checks,
): Promise<{ readonly findings: readonly Finding[]; readonly shares: readonly Reconstructed[] }> {
  // Where the number of people is public, the bit is which of two places a person takes; else, whether they are there.
  const placesEach = node.card.people.isPublic ? 2 : 1;
  const findings: Finding[] = [];
  const shares: Reconstructed[] = [];
  const promise = promiseOf(caps);
  const sizes = new Set(
    effort.people.map((most) => Math.floor(placesOf(node.card, most * placesEach).count / placesEach)),
  );
  for (const people of sizes) {
    if (people < fewestPeople) continue;
    const places = placesOf(node.card, people * placesEach);
    for (const epsilon of spendsFor(caps)) {
      const games = Array.from({ length: effort.reconstructions }, () =>
        draw(node, places, people, placesEach),
      );
      const spend = capsOfSpend(caps, epsilon);
      let [bySubsets, byPlaces] = [0, 0];
      for (const game of games) {
        bySubsets += right(game.bits, await bySubsetCounts(node, places, game, spend));
        byPlaces += right(game.bits, await byPlaceCounts(node, places, game, spend, epsilon));
      }
      const bits = people * games.length;
      const share: Reconstructed = {
        people,
        epsilon,
        bySubsets: bySubsets / bits,
        subsets: people,
        byPlaces: byPlaces / bits,
        atMost: rightGuessesAtMost({ epsilon, delta: promise.delta }),
        isBeyondCap: epsilon > promise.epsilon,
      };
      shares.push(share);
      if (share.isBeyondCap) continue;
      const best = Math.max(bySubsets, byPlaces);
      // Twice the check: the better of two attacks is taken.
      const isBroken = probabilityAtLeast(best, bits, checks.errorRate() / 2) > share.atMost;
      findings.push(findingOf(share, games.length, isBroken, node.card.people.isPublic));
    }
  }
  if (findings.length === 0) findings.push(notTried);
  return { findings, shares };
}

const notTried: Finding = {
  attack: "reconstruction",
  tried: "no column has room to tell enough people apart",
  setting: "",
  reached: "nothing",
  promised: "",
  verdict: "not-tried",
};

function findingOf(share: Reconstructed, games: number, isBroken: boolean, isPublic: boolean): Finding {
  const bit = isPublic ? "one secret bit of each person" : "who of the people known is in the data";
  const bits = share.people * games;
  return {
    attack: "reconstruction",
    tried: `${bit}, where a coin is right in 50 %: by counts of random subsets and least squares; by one count a person. ${games} games`,
    setting: `${share.people} people, epsilon ${share.epsilon}`,
    reached: `${shareSeen(share.bySubsets, bits)} by subsets, ${shareSeen(share.byPlaces, bits)} by person`,
    promised: `${percent(share.atMost)} at most`,
    verdict: isBroken ? "broken" : "held",
  };
}

type Game = { readonly bits: readonly boolean[]; readonly rows: BoundedRows; readonly rowsEach: number };

function draw(node: SimulatedNode, places: Places, people: number, placesEach: number): Game {
  const bits = Array.from({ length: people }, () => node.dice.coin());
  const rowsEach = node.card.unit.kind === "row" ? 1 : node.card.unit.mostRowsEach;
  const values = bits.flatMap((bit, at) => {
    const isThere = placesEach === 2 || bit;
    if (!isThere) return [];
    const place = placesEach * at + (placesEach === 2 && bit ? 1 : 0);
    return Array<number>(rowsEach).fill(places.valueAt(place));
  });
  const columns = new Map([[places.column, Float64Array.from(values)]]);
  return { bits, rows: { columns, rowCount: values.length, peopleCount: people }, rowsEach };
}

/** As many counts as people: with fewer the bits are not determined, with more each is noisier. */
async function bySubsetCounts(
  node: SimulatedNode,
  places: Places,
  { bits, rows, rowsEach }: Game,
  caps: Caps,
): Promise<readonly boolean[]> {
  const purse = await node.purse(caps);
  const epsilon = priceOfEach(caps, bits.length);
  const offer = offerOf(epsilon);
  const rowsOfMatrix: Float64Array[] = [];
  const counts: number[] = [];
  for (let at = 0; at < bits.length; at++) {
    const [frequency, phase] = [node.dice.between(1, 1000), node.dice.between(0, 6.28)];
    const subset = subsetCount(places, frequency, phase, node.card.people.isPublic);
    const answer = await node.ask(purse, subset.program, offer, rows);
    if (answer === undefined) break;
    counts.push(read(answer[0]!).data[0]! / rowsEach);
    rowsOfMatrix.push(Float64Array.from(bits, (_, person) => (subset.isIn(person) ? 1 : 0)));
  }
  const replaced = node.card.people.isPublic ? 2 : 1;
  const noise = (Math.SQRT2 * replaced) / epsilon;
  // A bit is 0 or 1 by a coin, so a quarter is its variance.
  return Array.from(solveRidge(rowsOfMatrix, counts, noise ** 2, 0.5, 0.25), (bit) => bit > 0.5);
}

async function byPlaceCounts(
  node: SimulatedNode,
  places: Places,
  { bits, rows, rowsEach }: Game,
  caps: Caps,
  epsilon: number,
): Promise<readonly boolean[]> {
  const answer = await node.ask(await node.purse(caps), countAtEachPlace(places), offerOf(epsilon), rows);
  if (answer === undefined) return bits.map(() => node.dice.coin());
  const counts = read(answer[0]!).data;
  return bits.map((_, person) => {
    const evidence = node.card.people.isPublic
      ? counts[2 * person + 1]! - counts[2 * person]!
      : counts[person]! - rowsEach / 2;
    return evidence === 0 ? node.dice.coin() : evidence > 0;
  });
}

function right(bits: readonly boolean[], guesses: readonly boolean[]): number {
  return bits.filter((bit, at) => bit === guesses[at]).length;
}
