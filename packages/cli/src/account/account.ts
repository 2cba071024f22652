// `unseen account`: what a run costs in epsilon, by every theory that knows it. Reads no data and asks nobody.

import { writeFile } from "node:fs/promises";
import { noiseMultiplierFor, rdpAccountant } from "@unseen/privacy";
import { bar } from "../output/bars.ts";
import { paint } from "../output/paint.ts";
import { withProgress } from "../output/progress.ts";
import { indented, table, wrapped } from "../output/table.ts";
import { failedBy, usageFailure } from "../shell/failure.ts";
import { remark, type Shell, say, sayJson, widthFor } from "../shell/shell.ts";
import { accountPicture, type Growth } from "./account-picture.ts";
import { type AccountedRow, accounted, epsilonOf, pldEpsilon, tightest } from "./accounted.ts";
import { type DescribedAccount, type DpSgdOptions, dpSgd, gaussianReleases } from "./described-run.ts";

export type AccountOptions = { readonly json?: boolean; readonly svg?: string };

const barWidth = 18;
/** Points of the picture and rows of the terminal's plot; each costs one composition under each theory. */
const pictureShares = 8;
const plotShares = [0.0625, 0.125, 0.25, 0.5, 1] as const;

export async function account(shell: Shell, run: DescribedAccount, options: AccountOptions): Promise<void> {
  if (options.svg !== undefined && !options.svg.endsWith(".svg"))
    throw usageFailure("the picture is an SVG", "--svg FILE.svg");
  const rows = await soon(shell, "adding up", () => accounted(run));
  if (options.svg !== undefined) await draw(shell, run, rows, options.svg);
  if (options.json === true) return sayJson(shell, asJson(run, rows));
  say(shell, asText(shell, run, rows));
  const plot = await soon(shell, "drawing", () => plotText(shell, run));
  if (plot !== "") say(shell, `\n${plot}`);
  say(shell, notesText(shell, run, rows));
  if (options.svg !== undefined) remark(shell, `The picture is in ${options.svg}.`);
}

async function draw(
  shell: Shell,
  run: DescribedAccount,
  whole: readonly AccountedRow[],
  file: string,
): Promise<void> {
  const count = run.progress === undefined ? 1 : Math.min(pictureShares, Math.ceil(run.progress.total));
  const growth: Growth = await soon(shell, "drawing", () => [
    ...Array.from({ length: count - 1 }, (_, at) => (at + 1) / count).map((share) => ({
      share,
      rows: accounted(run, share),
    })),
    { share: 1, rows: whole },
  ]);
  try {
    await writeFile(file, accountPicture(run, growth));
  } catch {
    throw failedBy({
      code: "file-unreadable",
      message: `${file} cannot be written`,
      hint: "name another file with --svg",
    });
  }
}

function asText(shell: Shell, run: DescribedAccount, rows: readonly AccountedRow[]): string {
  const best = tightest(rows);
  const shown = rows.filter((row) => Number.isFinite(epsilonOf(row)) || row === best);
  const most = Math.max(...shown.map(epsilonOf).filter(Number.isFinite), Number.MIN_VALUE);
  const head = ["accountant", "epsilon", "", "conversion"].map((title) => paint(shell.out, "dim", title));
  const lines = shown.map((row) => [
    row === best ? paint(shell.out, "bold", row.accountant) : row.accountant,
    figureText(row),
    bar(epsilonOf(row) / most, barWidth),
    paint(shell.out, row.figure.kind === "approximate" ? "yellow" : "dim", row.conversion),
  ]);
  return [
    paint(shell.out, "bold", run.title),
    paint(
      shell.out,
      "dim",
      `at delta ${small(run.delta)}; neighbours of every figure below: ${run.relation}`,
    ),
    "",
    indented(table([head, ...lines], ["left", "right", "left", "left"])),
  ].join("\n");
}

function figureText({ figure }: AccountedRow): string {
  switch (figure.kind) {
    case "at-most":
      return atMost(figure.epsilon);
    case "between":
      return `${(Math.floor(figure.least * 1e4) / 1e4).toFixed(4)} – ${atMost(figure.epsilon)}`;
    case "approximate":
      return `≈ ${figure.epsilon.toFixed(4)}`;
    case "unknown":
      return "";
    default:
      return figure satisfies never;
  }
}

/** Rounded up where it is more than a billionth off, so that what is shown is promised too. */
function atMost(epsilon: number, digits = 4): string {
  if (!Number.isFinite(epsilon)) return "no bound";
  return (Math.ceil(epsilon * 10 ** digits - 1e-6) / 10 ** digits).toFixed(digits);
}

/** How the tightest guaranteed epsilon grows. */
function plotText(shell: Shell, run: DescribedAccount): string {
  const { progress } = run;
  if (progress === undefined) return "";
  const shares = [
    ...new Set(plotShares.map((share) => Math.max(1, Math.round(progress.total * share)) / progress.total)),
  ];
  const points = shares.map((share) => ({ share, epsilon: epsilonAt(run, Math.min(share, 1)) }));
  const most = points.at(-1)!.epsilon;
  if (!Number.isFinite(most)) return "";
  const rows = points.map(({ share, epsilon }) => [
    `after ${Number((share * progress.total).toFixed(2))}`,
    atMost(epsilon),
    bar(epsilon / most, barWidth),
  ]);
  const head = [progress.unit, "epsilon", ""].map((title) => paint(shell.out, "dim", title));
  return indented(table([head, ...rows], ["right", "right", "left"]));
}

function epsilonAt(run: DescribedAccount, share: number): number {
  const best = tightest(accounted(run, share));
  return best === undefined ? Number.POSITIVE_INFINITY : epsilonOf(best);
}

function notesText(shell: Shell, run: DescribedAccount, rows: readonly AccountedRow[]): string {
  const unknown = rows.flatMap(({ accountant, figure }) =>
    figure.kind === "unknown" ? [`${accountant} does not know this run: ${figure.because}.`] : [],
  );
  const odds = tightest(rows);
  const meaning =
    odds === undefined || !Number.isFinite(epsilonOf(odds))
      ? []
      : [
          `So whatever somebody sees of the result, the odds that one person took part change by a factor of ${Number(Math.exp(epsilonOf(odds)).toPrecision(3)).toLocaleString("en")} at most${run.delta === 0 ? "" : `, but for a chance of ${small(run.delta)}`}.`,
        ];
  const unbounded = rows.filter(
    ({ figure }) => figure.kind !== "unknown" && !Number.isFinite(figure.epsilon),
  );
  const needDelta =
    unbounded.length > 0 && odds !== undefined && !unbounded.includes(odds)
      ? [`${unbounded.map(({ accountant }) => accountant).join("; ")}: no bound at this delta.`]
      : [];
  return [...meaning, ...run.notes, ...unknown, ...needDelta]
    .map((note) => `\n${indented(wrapped(note, widthFor(shell) - 2))}`)
    .join("\n");
}

function asJson(run: DescribedAccount, rows: readonly AccountedRow[]): object {
  return {
    run: run.title,
    delta: run.delta,
    relation: run.relation,
    figures: rows.map(({ figure, ...row }) => ({
      ...row,
      ...figure,
      ...("epsilon" in figure && !Number.isFinite(figure.epsilon) ? { epsilon: "infinity" } : {}),
    })),
    notes: run.notes,
  };
}

export type CalibrateOptions = AccountOptions & {
  readonly epsilon: number;
  readonly delta: number;
  readonly examples?: number;
  readonly batch?: number;
  readonly epochs?: number;
  readonly count: number;
} & Pick<DpSgdOptions, "sampling">;

/** A thousandth of the noise is less than anybody can see in a model. */
const calibrationTolerance = 1e-3;

/** The noise multiplier that a run needs. */
export async function calibrate(shell: Shell, options: CalibrateOptions): Promise<void> {
  const { epsilon, delta, json } = options;
  const runAt = runToCalibrate(options);
  const { relation } = runAt(1);
  const eventAt = (noise: number) => ({ kind: "composed" as const, events: runAt(noise).eventsAt(1) });
  const target = { epsilon, delta, eventAt, tolerance: calibrationTolerance };
  const found = await soon(shell, "searching", () => {
    const byRdp = noiseMultiplierFor(target, rdpAccountant({ relation }));
    const byPld = byRdp.ok ? lessNoiseByPld(runAt, epsilon, byRdp.value) : undefined;
    return [
      { accountant: "RDP, today", noise: byRdp.ok ? byRdp.value : undefined },
      { accountant: "PLD", noise: byPld },
    ];
  });
  const known = found.flatMap(({ accountant, noise }) =>
    noise === undefined ? [] : [{ accountant, noise }],
  );
  if (known.length === 0)
    throw usageFailure("no noise keeps this run within that epsilon", "offer more, or run for fewer epochs");
  if (json === true) return sayJson(shell, { epsilon, delta, relation, noise: known });
  const rows = known.map(({ accountant, noise }) => [accountant, atMost(noise)]);
  const least = known.reduce((a, b) => (b.noise < a.noise ? b : a));
  say(
    shell,
    [
      paint(shell.out, "bold", `Noise for epsilon ${epsilon} at delta ${small(delta)}`),
      paint(shell.out, "dim", `${runAt(Number(atMost(least.noise))).title}; neighbours: ${relation}`),
      "",
      indented(
        table(
          [["accountant", "noise multiplier"].map((title) => paint(shell.out, "dim", title)), ...rows],
          ["left", "right"],
        ),
      ),
      "",
      indented(
        wrapped(
          `Noise of standard deviation ${atMost(least.noise)} times the clipping norm is enough, by ${least.accountant}.`,
          widthFor(shell) - 2,
        ),
      ),
    ].join("\n"),
  );
}

/** Between half of what RDP asks for and all of it; undefined where PLD does not know the run. Some ten compositions. */
function lessNoiseByPld(
  runAt: (noise: number) => DescribedAccount,
  epsilon: number,
  enough: number,
): number | undefined {
  const holds = (noise: number) => (pldEpsilon(runAt(noise)) ?? Number.POSITIVE_INFINITY) <= epsilon;
  if (!holds(enough)) return undefined;
  let [low, high] = [enough / 2, enough];
  while (high > low * (1 + calibrationTolerance)) {
    const middle = Math.sqrt(low * high);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function runToCalibrate(options: CalibrateOptions): (noise: number) => DescribedAccount {
  const { examples, batch, epochs, sampling, delta, count } = options;
  if (examples === undefined && batch === undefined && epochs === undefined)
    return (noise) => gaussianReleases(noise, count, delta);
  if (examples === undefined || batch === undefined || epochs === undefined)
    throw usageFailure(
      "a training run has examples, a batch and epochs",
      "--examples, --batch and --epochs, or --count alone",
    );
  return (noise) => dpSgd({ examples, batch, epochs, sampling }, noise, delta);
}

/** After a turn of the event loop, so that a waiting person sees that work goes on. */
function soon<T>(shell: Shell, said: string, work: () => T): Promise<T> {
  return withProgress(
    shell.err,
    () => said,
    async () => {
      await new Promise((resume) => setImmediate(resume));
      return work();
    },
  );
}

/** 1e-5 as people write it. */
function small(delta: number): string {
  return delta === 0 ? "0" : delta.toExponential();
}
