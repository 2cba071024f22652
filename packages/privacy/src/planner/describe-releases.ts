import type { Measurement } from "../mechanisms/measurement.ts";
import type { Chooser } from "./chooser.ts";
import { confidence } from "./confidence.ts";
import type { CutMechanism } from "./price.ts";
import type { SumQuestion } from "./stage.ts";

/** One line in plain words for each cut of an answer: what is summed, what a row is held to, what is told of it. */
export function describeRelease(question: SumQuestion, mechanism: CutMechanism): string {
  return mechanism.kind === "noise"
    ? describeNoise(question, mechanism.measurement)
    : `${promiseOf(question, mechanism.chooser)}; ${laterStage(question)}each row held ${heldTo(question)}`;
}

function describeNoise(question: SumQuestion, measurement: Measurement): string {
  const { exponent } = question.contribution.grid;
  const numbers = exponent.length === 1 ? "one number" : `${exponent.length} numbers`;
  const width = short(Number(measurement.halfWidthAtLeast(confidence)) * 2 ** exponent[0]!);
  const about = exponent.length === 1 ? width : `${width} for the first`;
  const stage = question.cut.stage === 0 ? "" : ", computed from what was released before";
  const { across } = question.contribution;
  const isCutShort = across.kind === "people" && across.mostGroupsEach < exponent.length;
  const groups = isCutShort ? `, and in at most ${across.mostGroupsEach} of them` : "";
  const summed =
    across.kind === "people"
      ? `a sum over people of ${numbers}, each person's total held ${heldTo(question)}${groups}`
      : `a sum over rows of ${numbers}, each row held ${heldTo(question)}`;
  return `${summed}${stage}; ${measurement.mechanism} noise${whose(measurement)}, 95 % within ${about}`;
}

/** Whose noise a total carries, and who has to have added it honestly. */
function whose({ owners, parts }: Measurement): string {
  if (owners === 1) return "";
  return parts === 1
    ? ` of ${owners} owners, whole at each`
    : ` of ${owners} owners, enough as long as ${parts} of them, each person's own among them, are honest`;
}

/** What a choice promises in place of a half-width. Depends on the question and its price, and on no row. */
export function promiseOf({ cut: { release }, contribution }: SumQuestion, chooser: Chooser): string {
  const of = contribution.grid.exponent.length;
  const miss = short(chooser.missAtLeast(confidence));
  switch (release.by) {
    case "greatest": {
      const chosen = release.count === 1 ? "the greatest" : `the ${release.count} greatest`;
      const within = release.count === 1 ? "its sum is" : "each one's sum is";
      return `${chosen} of ${of} sums by permute-and-flip; 95 times out of 100 ${within} within ${miss} of the greatest that was left`;
    }
    case "threshold":
      return `whether ${of === 1 ? "a sum is" : `each of ${of} sums is`} above a threshold, until ${release.mostAbove} were; 95 times out of 100 all are right that lie more than ${miss} from theirs`;
    case "rank":
      return `in which of ${of} bins the quantile lies by permute-and-flip; 95 times out of 100 at most ${miss} rows lie between`;
    case "sum":
      return "";
    default:
      return release satisfies never;
  }
}

function heldTo({ contribution: { grid, across } }: SumQuestion): string {
  const { exponent } = grid;
  const { least, greatest } = across.kind === "people" ? across : grid;
  const step = (steps: number) => short(steps * 2 ** exponent[0]!);
  return exponent.length === 1 ? `in [${step(least[0]!)}, ${step(greatest[0]!)}]` : "in its own bounds";
}

function laterStage({ cut }: SumQuestion): string {
  return cut.stage === 0 ? "" : "computed from what was released before, ";
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
