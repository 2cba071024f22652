import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { NestedNumbers } from "@unseen/program";
import type { Answer } from "../datasets/answer.ts";
import { orThrow } from "../refusals/ask-refused.ts";
import { Labelled, LabelledAnswer } from "./labelled.ts";

/**
 * Adds up what several owners answered about different people: sums, counts, histograms, groups. Free. The
 * owners' noises are independent, so half-widths add as squares; the interval of a sum of several Laplace
 * noises is a little narrower than that. Means do not add: ask sums and counts, and divide.
 */
export function combineSums(answers: readonly Answer[]): Labelled {
  const [first] = answers;
  const labels = first instanceof LabelledAnswer ? first.labels : [];
  const same = (one: Answer) =>
    JSON.stringify(one instanceof LabelledAnswer ? one.labels : []) === JSON.stringify(labels);
  if (first === undefined || !answers.every(same)) orThrow(err(notAlike()));
  const value = answers.map((one) => one.value).reduce((a, b) => orThrow(both(a, b, (x, y) => x + y)));
  const plusMinus = answers.map((one) => one.plusMinus).reduce((a, b) => orThrow(both(a, b, Math.hypot)));
  return new Labelled("sum", labels, value, plusMinus);
}

function both(
  a: NestedNumbers,
  b: NestedNumbers,
  f: (x: number, y: number) => number,
): Result<NestedNumbers, Problem> {
  if (typeof a === "number" && typeof b === "number") return ok(f(a, b));
  if (typeof a === "number" || typeof b === "number" || a.length !== b.length) return err(notAlike());
  return ok(a.map((one, at) => orThrow(both(one, b[at]!, f))));
}

function notAlike(): Problem<"shapes-do-not-fit"> {
  return problem("shapes-do-not-fit", "the answers are not of one question with one set of groups", {
    hint: "ask each owner the same question, and combine those answers",
  });
}
