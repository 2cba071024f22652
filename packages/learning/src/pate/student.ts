// What learns from teachers' answers. It sees public queries and what was told of them, so it is as public as they are.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { unanswered } from "@unseen/privacy";
import { type Examples, largestNumber, rowsOf } from "../fit/examples.ts";
import { fit, type Trained } from "../fit/fit.ts";
import type { FitOptions, FitPorts } from "../fit/fit-options.ts";
import type { Layer } from "../model/layer.ts";
import { type Network, sizeOfShape } from "../model/network.ts";
import { ShuffledSampler } from "../sampling/shuffled-sampler.ts";
import { type SpreadOptions, spreadLabels } from "./spread-labels.ts";
import type { TeachingOptions } from "./teachers.ts";

/** How a student learns from the answers; a batch larger than their number is all of them. */
export type StudentOptions = TeachingOptions &
  Pick<FitOptions, "heldOut" | "patience" | "reportEvery" | "onProgress"> & {
    /**
     * Answers spread along nearest neighbours to the queries that were not answered and to further public rows `x`, and the
     * student learns from all. It costs no privacy, and time: `spreadLabels`. Left out, it learns from the answers alone.
     */
    readonly spread?: SpreadOptions & { readonly x?: Examples["x"] };
  };

/** Public numbers of queries, one row after the other, as a network takes them. Of public rows it may be said that some are wrong. */
export function queriesOf(x: Examples["x"], network: Network): Result<Float32Array, Problem> {
  return publicRows(x, sizeOfShape(network.shape), "queries");
}

/** Refuses settings that no student can be taught by. Everything in them is public. */
export function checkStudent(options: StudentOptions, network: Network): Result<undefined, Problem> {
  const { spread, batch, epochs, seed = 1 } = options;
  const schedule = ShuffledSampler.of({ units: batch, batch, epochs, seed });
  if (!schedule.ok) return schedule;
  const { x = [], neighbours = 1 } = spread ?? {};
  if (!Number.isSafeInteger(neighbours) || neighbours < 1 || neighbours > 1_000)
    return err(problem("training-invalid", "labels spread to 1 to 1000 neighbours, a whole number"));
  const rows = publicRows(x, sizeOfShape(network.shape), "rows that labels spread to");
  return rows.ok ? ok(undefined) : rows;
}

/** Learns from `labels` of the queries `x`, -1 where there is none; a problem where all are. */
export async function studentOf(
  layers: readonly Layer[],
  { shape, outputs }: Network,
  x: Float32Array,
  labels: readonly number[],
  options: StudentOptions,
  ports: FitPorts,
): Promise<Result<Trained, Problem>> {
  if (labels.every((label) => label === unanswered))
    return err(
      problem("training-invalid", "no query was answered, so there is nothing to learn from", {
        hint: "a lower threshold, or more teachers",
      }),
    );
  const size = sizeOfShape(shape);
  const { spread, ...rest } = options;
  const learnt = spread === undefined ? ok({ x, labels }) : await spreadTo(spread);
  if (!learnt.ok) return learnt;
  const { x: rows, labels: known } = learnt.value;
  const usable = known.flatMap((label, row) => (label === unanswered ? [] : [row]));
  const own = new Float32Array(usable.length * size);
  for (const [at, row] of usable.entries()) own.set(rows.subarray(row * size, (row + 1) * size), at * size);
  const examples = { x: own, y: usable.map((row) => known[row]!), shape };
  return fit(layers, examples, { ...rest, batch: Math.min(options.batch, usable.length) }, ports);

  async function spreadTo({ x: more = [], ...how }: NonNullable<StudentOptions["spread"]>) {
    const further = rowsOf(more, size)!;
    const all = new Float32Array(x.length + further.length);
    all.set(x);
    all.set(further, x.length);
    const toFind = new Array<number>(further.length / size).fill(unanswered);
    const spread = await spreadLabels(all, size, [...labels, ...toFind], outputs, ports.backend, how);
    return spread.ok ? ok({ x: all, labels: spread.value }) : spread;
  }
}

function publicRows(x: Examples["x"], size: number, what: string): Result<Float32Array, Problem> {
  const rows = rowsOf(x, size);
  if (rows === undefined)
    return err(problem("shapes-do-not-fit", `the ${what} are rows of ${size} numbers each`));
  return rows.every((each) => Math.abs(each) <= largestNumber)
    ? ok(rows)
    : err(
        problem(
          "training-invalid",
          `of the ${what}, one has a number that is not finite, or beyond ten million`,
        ),
      );
}
