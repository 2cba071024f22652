import type { Measurement } from "../mechanisms/measurement.ts";
import { confidence } from "./finish.ts";
import type { SumQuestion } from "./stage.ts";

/** One line in plain words for each noised sum of an answer: what is summed, what a row is held to, how large the noise is. */
export function describeRelease({ contribution, cut }: SumQuestion, measurement: Measurement): string {
  const { exponent, least, greatest } = contribution.grid;
  const numbers = exponent.length === 1 ? "one number" : `${exponent.length} numbers`;
  const step = (steps: number, at: number) => steps * 2 ** exponent[at]!;
  const held =
    exponent.length === 1
      ? `in [${short(step(least[0]!, 0))}, ${short(step(greatest[0]!, 0))}]`
      : "in its own bounds";
  const width = short(step(Number(measurement.halfWidthAtLeast(confidence)), 0));
  const about = exponent.length === 1 ? width : `${width} for the first`;
  const stage = cut.stage === 0 ? "" : ", computed from what was released before";
  return `a sum over rows of ${numbers}, each row held ${held}${stage}; ${measurement.mechanism} noise, 95 % within ${about}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
