// The audit for a person who has never heard of differential privacy. Numbers are the promise's worst case, which
// holds against any attacker, beside what ours reached.

import { rightGuessesAtMost, truePositiveRateAtMost } from "@unseen/privacy";
import { rateAt } from "./attack-membership.ts";
import type { AuditReport } from "./audit-report.ts";
import { percent } from "./finding.ts";

type Facts = Omit<AuditReport, "inPlainWords" | "advice">;

/** Past these a guess about one person is nearly sure, whatever anybody does. */
const strictEpsilon = 1;
const laxEpsilon = 5;

export function plainWords(report: Facts): readonly string[] {
  const { promise, findings, curves, reconstructions, neighbours, isBroken } = report;
  const change =
    neighbours === "replace" ? "one person were somebody else" : "one person were not in the data";
  const curve = curves.find(({ epsilon, delta }) => epsilon === promise.epsilon && delta === 0);
  const mostPeople = Math.max(0, ...reconstructions.map(({ people }) => people));
  const rebuilt = reconstructions.find(
    ({ people, epsilon }) => people === mostPeople && epsilon === promise.epsilon,
  );
  const broken = findings.filter(({ verdict }) => verdict === "broken").length;
  return [
    `Every answer has noise in it, so that all answers together would look nearly the same if ${change}. How nearly is what epsilon says: here it is ${promise.epsilon} over the lifetime of the dataset, for everybody who asks, taken together.`,
    `Suppose an attacker knows everything about everybody but one person, and has spent all of it. Asked whether that person is in the data, a coin is right in 50 % of cases; this attacker in ${percent(rightGuessesAtMost(promise))} at most. If they may accuse only 1 in 100 people wrongly, they find ${percent(truePositiveRateAtMost(promise, 0.01))} of those who are there at most${curve === undefined ? "" : `; our attack found ${percent(rateAt(curve.points, 0.01))}`}.`,
    ...(rebuilt === undefined
      ? []
      : [
          `Spent on ${rebuilt.people} people at once, the same budget gave our attack the right answer for ${percent(Math.max(rebuilt.byPlaces, rebuilt.bySubsets))} of them.`,
        ]),
    isBroken
      ? `ALARM: ${broken} of ${findings.length} attacks got further than the policy allows. That is a fault of the software and not of the policy. Stop serving this dataset and report it.`
      : `No attack got further than the policy allows. That is evidence and not proof: an audit can find a fault and cannot show that there is none.`,
  ];
}

export function adviceFor({ promise, mostRowsEach, reconstructions }: Facts): readonly string[] {
  const most = (epsilon: number) => percent(rightGuessesAtMost({ epsilon, delta: promise.delta }));
  const found = (epsilon: number) => percent(truePositiveRateAtMost({ epsilon, delta: promise.delta }, 0.01));
  const lets = (epsilon: number) =>
    `A cap of ${epsilon} lets the best attacker guess right about one person in ${most(epsilon)} of cases, and find ${found(epsilon)} of the people in the data while accusing 1 % of the others.`;
  const compared = [...new Set([promise.epsilon, strictEpsilon])].toSorted((a, b) => b - a);
  const sizes = reconstructions.map(({ people }) => people);
  const strict = reconstructions.find(
    ({ people, epsilon }) => people === Math.max(...sizes) && epsilon === strictEpsilon,
  );
  return [
    ...compared.map(lets),
    ...(strict === undefined || promise.epsilon <= strictEpsilon
      ? []
      : [
          `With a cap of ${strictEpsilon} our reconstruction had ${percent(Math.max(strict.byPlaces, strict.bySubsets))} of the bits right, where a coin has 50 %.`,
        ]),
    promise.epsilon > laxEpsilon
      ? `The cap of ${promise.epsilon} protects only as long as most of it stays unspent. Lower it, or give each asker a small allotment (unseen budget allot) and raise it only when somebody shows why.`
      : promise.epsilon > strictEpsilon
        ? "The cap is in the range that statistical offices use. An allotment for each asker (unseen budget allot) keeps one of them from spending it all."
        : "The cap is strict: a person's place in the data stays in doubt whatever is asked.",
    ...(mostRowsEach > 1
      ? [
          `Each person counts with ${mostRowsEach} rows at most, and the noise grows with that number. Lower it on the card if few people have so many: the promise stays and answers get better.`,
        ]
      : []),
  ];
}
