// The talk's transcript, told in the terminal with real data: three owners as processes of their own, and
// a researcher who never sees a row.

import type { NestedNumbers } from "@unseen/program";
import {
  AskRefused,
  CannotRequestPrivateData,
  GridClient,
  type JointDataset,
  type RemoteDataset,
  tensor,
} from "unseen";
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
const jointMeanEpsilon = 0.5;
const fitEpsilon = 6;
const comparisonEpsilon = 1;

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

  chapter(4, "several owners, one answer, and nobody shows another a sum");
  const joint = await openJoint(grid, datasets);
  const jointMean = await askJointMean(joint);
  const fit = await askFit(joint);
  const greatest = await askGreatest(joint);

  chapter(5, "the meter");
  await spendTheRest(first);

  chapter(6, "what only the owners know");
  const truth = await trueValues(question, datasets.length);
  const hospitalNames = joint.owners;
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
      [
        "mean bp, all owners together",
        figure(jointMean.value),
        figure(jointMean.plusMinus),
        figure(truth.jointMean),
      ],
      ["whose mean bmi is greatest", greatest, "", hospitalNames[truth.greatestMean] ?? ""],
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

async function openJoint(grid: GridClient, datasets: readonly RemoteDataset[]): Promise<JointDataset> {
  code("const joint = await grid.joint(...found);");
  const joint = await grid.joint(...datasets);
  say(String(joint));
  note(
    "Each owner allowed the fingerprints of the other two. They meet by mutual TLS; each charges its own ledger and adds the whole noise before it shares anything.",
  );
  return joint;
}

async function askJointMean(joint: JointDataset): Promise<{ value: number; plusMinus: number }> {
  code(
    `await joint.column("bp").mean().get({ epsilon: ${jointMeanEpsilon} });   // the mean over all patients`,
  );
  const answer = await joint.column("bp").mean().get({ epsilon: jointMeanEpsilon });
  say(String(answer));
  note(answer.guarantee);
  return { value: numberOf(answer.value), plusMinus: numberOf(answer.plusMinus) };
}

async function askFit(joint: JointDataset) {
  code(
    "// A linear regression of disease progression over all patients: the owners' X'X and X'y are added up masked.",
  );
  code(`await joint.linearRegression({ features, target, ranges }).get({ epsilon: ${fitEpsilon} });`);
  const { features, target, ranges } = question;
  const answer = await joint.linearRegression({ features, target, ranges }).get({ epsilon: fitEpsilon });
  const [table] = answer.tables;
  const coefficients = table.value as readonly number[];
  const plusMinus = table.plusMinus as readonly number[];
  for (const [at, name] of [...features, "intercept"].entries())
    say(`  ${name.padEnd(10)} ${figure(coefficients[at]!).padStart(9)} ± ${figure(plusMinus[at]!)}`);
  note(tookOf(answer.guarantee));
  return { coefficients, plusMinus };
}

async function askGreatest(joint: JointDataset): Promise<string> {
  code(
    `await joint.greatest(joint.column("bmi").mean(), { epsilon: ${comparisonEpsilon} });   // compared on shares`,
  );
  const { owner, answer } = await joint.greatest(joint.column("bmi").mean(), { epsilon: comparisonEpsilon });
  say(`  ${owner}`);
  note(
    `The place was opened, and none of the means; where they lie closer than the noise, it may be another's. ${tookOf(answer.guarantee)}`,
  );
  return owner;
}

/** The last sentence of a joint guarantee: rounds and bytes. */
function tookOf(guarantee: string): string {
  return guarantee.slice(guarantee.lastIndexOf("It took"));
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
