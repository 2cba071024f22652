// The talk's transcript, told in the terminal with real data: three owners as processes of their own, and
// a researcher who never sees a row.

import type { NestedNumbers } from "@unseen/program";
import {
  AskRefused,
  answers,
  CannotRequestPrivateData,
  GridClient,
  type RemoteDataset,
  tensor,
} from "unseen";
import { fitTogether } from "./fit-together.ts";
import { openHospitals } from "./hospitals.ts";
import { bar, chapter, code, dim, figure, good, note, refused, say, table } from "./terminal.ts";
import { type Question, trueValues } from "./true-values.ts";

const question: Question = {
  histogram: { column: "age", bins: 6, min: 18, max: 90 },
  features: ["bmi", "bp", "s5"],
  target: "progression",
  // Narrower than the cards' bounds: a narrower range needs less noise, and what lies outside is held at its ends.
  ranges: { bmi: [18, 38], bp: [70, 125], s5: [3.5, 6], progression: [20, 350] },
};
const meanEpsilon = 0.5;
const histogramEpsilon = 1;
const fitEpsilon = 6;

/** Tells the story and gives the exit code. Interrupting it ends every process that it started. */
export async function runDemo(): Promise<number> {
  const startedMs = Date.now();
  say("");
  say("Unseen: answers from data that nobody sees");
  note(
    "Three owners start, each a process of its own on this machine, each with its part of 442 real patients.",
  );
  const hospitals = await openHospitals();
  const interrupted = () => void hospitals.close().finally(() => process.exit(130));
  process.once("SIGINT", interrupted);
  process.once("SIGTERM", interrupted);
  try {
    for (const { name, url } of hospitals.all) say(`  ${name.padEnd(18)} ${dim(url)}`);
    await tell(
      hospitals.all.map(({ url }) => url),
      hospitals,
    );
    say("");
    note(`Told in ${((Date.now() - startedMs) / 1000).toFixed(1)} s. Nothing of it is left running.`);
    return 0;
  } finally {
    process.removeListener("SIGINT", interrupted);
    process.removeListener("SIGTERM", interrupted);
    await hospitals.close();
  }
}

async function tell(
  urls: readonly string[],
  account: { readonly username: string; readonly password: string },
): Promise<void> {
  chapter(1, "search and example data");
  code('const grid = await GridClient.connect({ urls, username: "atrask", password });');
  const grid = await GridClient.connect({ urls: [...urls], ...account });
  code('const found = await grid.search("#diabetes");');
  const found = await grid.search("#diabetes");
  say(String(found));
  const datasets = [...found].toSorted((a, b) => urls.indexOf(a.node) - urls.indexOf(b.node));
  const [first] = datasets;
  if (first === undefined) throw new Error("the owners hold a dataset tagged #diabetes");
  code("found[0].description; found[0].shape;");
  say(first.description);
  say(String(first.shape.map((size) => (typeof size === "number" ? size : `"${size}"`)).join(" x ")));
  code("await found[0].sample();");
  say(String(await first.sample()));

  chapter(2, "privacy at the boundary");
  code("await found[0].get();");
  await showRefusal(() => first.get());
  code(`await found[0].column("bp").mean().price({ epsilon: ${meanEpsilon} });`);
  say(String(await first.column("bp").mean().price({ epsilon: meanEpsilon })));

  chapter(3, "answers, each with a guarantee for every patient");
  const means = await askMeans(datasets);
  const histogram = await askHistogram(datasets);
  const fit = await askFit(datasets);
  await spendTheRest(first);

  chapter(4, "what only the owners know");
  const truth = await trueValues(question, datasets.length);
  note("For once the demo looks into the owners' files, to show each answer beside the true value.");
  table(
    ["", "answered", "± (95 %)", "true"],
    [
      ...means.map(({ value, plusMinus }, at) => [
        `mean bp, ${hospitalName(urls, datasets[at]!, at)}`,
        figure(value),
        figure(plusMinus),
        figure(truth.meanBloodPressure[at]!),
      ]),
      ...histogram.counts.map((count, at) => [
        `patients aged ${histogram.label(at)}`,
        figure(count),
        figure(histogram.plusMinus),
        figure(truth.histogram[at]!),
      ]),
      ...[...question.features, "intercept"].map((name, at) => [
        `progression ~ ${name}`,
        figure(fit.coefficients[at]!),
        figure(fit.plusMinus[at]!),
        figure(truth.coefficients[at]!),
      ]),
    ],
  );
}

async function askMeans(
  datasets: readonly RemoteDataset[],
): Promise<readonly { value: number; plusMinus: number }[]> {
  code(
    `await found[i].column("bp").mean().get({ epsilon: ${meanEpsilon} });   // each owner answers for its own patients`,
  );
  const asked = await Promise.all(
    datasets.map((dataset) => dataset.column("bp").mean().get({ epsilon: meanEpsilon })),
  );
  for (const answer of asked) say(String(answer));
  note(asked[0]!.guarantee);
  return asked.map(({ value, plusMinus }) => ({ value: numberOf(value), plusMinus: numberOf(plusMinus) }));
}

async function askHistogram(datasets: readonly RemoteDataset[]) {
  const { column, bins, min, max } = question.histogram;
  code(
    `await found[i].column("${column}").histogram(${bins}, ${min}, ${max}).get({ epsilon: ${histogramEpsilon} });   // summed over the owners`,
  );
  const asked = await Promise.all(
    datasets.map((dataset) =>
      dataset.column(column).histogram(bins, min, max).get({ epsilon: histogramEpsilon }),
    ),
  );
  const counts = asked.map(({ value }) => tensor(value)).reduce((a, b) => a.add(b));
  // The owners' noises are independent, so their half-widths add up in squares.
  const plusMinus = Math.hypot(
    ...asked.map((answer) => numberOf((answer.plusMinus as readonly NestedNumbers[])[0]!)),
  );
  const width = (max - min) / bins;
  const label = (at: number) => `${Math.round(min + at * width)} to ${Math.round(min + (at + 1) * width)}`;
  const most = Math.max(...counts.data);
  for (const [at, count] of counts.data.entries())
    say(`  ${label(at).padEnd(9)} ${bar(count / most)} ${figure(count)}`);
  return { counts: [...counts.data], plusMinus, label };
}

async function askFit(datasets: readonly RemoteDataset[]) {
  code("// A linear regression of disease progression needs sums over patients only: X'X and X'y.");
  code(
    `await answers([X.transpose().matmul(X), X.transpose().matmul(y)], { epsilon: ${fitEpsilon} });   // at each owner`,
  );
  const fit = await fitTogether(datasets, question, fitEpsilon, (tensors, offer) => answers(tensors, offer));
  for (const [at, name] of [...question.features, "intercept"].entries()) {
    say(`  ${name.padEnd(10)} ${figure(fit.coefficients[at]!).padStart(9)} ± ${figure(fit.plusMinus[at]!)}`);
  }
  return fit;
}

/** Asks on until the ledger says no, and shows the meter going down. */
async function spendTheRest(dataset: RemoteDataset): Promise<void> {
  code(
    'while (true) await found[0].column("bmi").mean().get({ epsilon: 0.5 });   // until the budget is gone',
  );
  const cap = Number(dataset.budget.yours.cap.epsilon);
  for (;;) {
    const asked = await dataset.column("bmi").mean().tryGet({ epsilon: meanEpsilon });
    if (!asked.ok) return refused(`${asked.problem.code}: ${asked.problem.message}`);
    const left = Number(asked.value.remaining.epsilon);
    say(
      `  budget ${bar(left / cap)} ${left} of ${cap} left   ${dim(`mean bmi ${figure(numberOf(asked.value.value))}`)}`,
    );
  }
}

async function showRefusal(ask: () => Promise<unknown>): Promise<void> {
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof AskRefused)) throw error;
    const name = error instanceof CannotRequestPrivateData ? "CannotRequestPrivateData" : "AskRefused";
    return refused(`${name}: ${error.message}`);
  }
  good("this line is never reached");
}

function numberOf(value: NestedNumbers): number {
  return typeof value === "number" ? value : Number.NaN;
}

function hospitalName(urls: readonly string[], dataset: RemoteDataset, at: number): string {
  return `owner ${urls.indexOf(dataset.node) === -1 ? at + 1 : urls.indexOf(dataset.node) + 1}`;
}
