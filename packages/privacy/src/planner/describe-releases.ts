import type { Measurement } from "../mechanisms/measurement.ts";
import { confidence } from "./finish.ts";
import type { SumQuestion } from "./stage.ts";

/** One line in plain words for each noised sum of an answer: what is summed, what a row is held to, how large the noise is. */
export function describeRelease({ contribution, cut }: SumQuestion, measurement: Measurement): string {
  const { grid, across } = contribution;
  const { exponent } = grid;
  const { least, greatest } = across.kind === "people" ? across : grid;
  const numbers = exponent.length === 1 ? "one number" : `${exponent.length} numbers`;
  const step = (steps: number, at: number) => steps * 2 ** exponent[at]!;
  const held =
    exponent.length === 1
      ? `in [${short(step(least[0]!, 0))}, ${short(step(greatest[0]!, 0))}]`
      : "in its own bounds";
  const width = short(step(Number(measurement.halfWidthAtLeast(confidence)), 0));
  const about = exponent.length === 1 ? width : `${width} for the first`;
  const stage = cut.stage === 0 ? "" : ", computed from what was released before";
  const isCutShort = across.kind === "people" && across.mostGroupsEach < exponent.length;
  const groups = isCutShort ? `, and in at most ${across.mostGroupsEach} of them` : "";
  const summed =
    across.kind === "people"
      ? `a sum over people of ${numbers}, each person's total held ${held}${groups}`
      : `a sum over rows of ${numbers}, each row held ${held}`;
  return `${summed}${stage}; ${measurement.mechanism} noise, 95 % within ${about}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
