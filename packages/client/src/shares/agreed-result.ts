// What the asker makes of what three nodes tell it, one of which may lie.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { SentRun } from "@unseen/wire";

/**
 * What all three say. One that differs from two others who agree is named by its place: with one cheater at the most, it is
 * that one. Nothing is made of a result in which anybody differs.
 */
export function agreedResult(runs: readonly SentRun[]): Result<SentRun, Problem> {
  const alone = runs.flatMap((one, place) =>
    runs.some((other, elsewhere) => elsewhere !== place && isSame(one, other)) ? [] : [place],
  );
  const [cheater] = alone;
  if (cheater === undefined) return ok(runs[0]!);
  if (alone.length > 1)
    return err(
      problem("outcomes-differ", "the nodes do not agree on what they computed", {
        hint: "more than one of them runs another version, or does not say the truth",
      }),
    );
  return err(
    problem("party-cheated", `party ${cheater} told another result than the two others`, {
      hint: "nothing was made of it. Do not compute with this node before its owner has found out why",
      facts: { suspects: String(cheater) },
    }),
  );
}

function isSame(one: SentRun, other: SentRun): boolean {
  if (JSON.stringify(one.facts) !== JSON.stringify(other.facts)) return false;
  const [mine = [], theirs = []] = [one.summand, other.summand];
  return mine.length === theirs.length && mine.every((word, at) => word === theirs[at]);
}
