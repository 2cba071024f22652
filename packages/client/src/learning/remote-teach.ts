// Teachers at an owner's, as their asker types them, and the recipe that travels.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { Backend } from "@unseen/compute";
import type { StudentOptions, TeachersOptions } from "@unseen/learning";
import { type AggregatorRecipe, floatsToBytes, type TeachingRecipe } from "@unseen/wire";
import type { Model } from "./model.ts";
import { modelRecipe, type RemoteColumns, type RemoteFitRun } from "./remote-fit.ts";
import {
  classesOf,
  type ModelUse,
  numbersOf,
  type Prediction,
  type RowToPredict,
} from "./rows-to-predict.ts";

/** Where teachers at an owner's stand. Nothing in it depends on a row. */
export type TeachersProgress = {
  readonly taught: number;
  readonly teachers: number;
  /** Trainings of others that come first. */
  readonly waiting: number;
  readonly leftMs?: number;
};

/** How teachers learn and answer: what the owner is told. */
export type RemoteTeachersOptions = RemoteColumns &
  Pick<TeachersOptions, "teachers" | "teaching" | "telling"> & {
    /** Noise in votes. An interactive one needs the student where the rows are, and is refused. */
    readonly aggregator: AggregatorRecipe;
    /** Well below one over the number of people; left out with Laplace noise alone. */
    readonly delta?: number | string;
  };

/** What the student learns from the answers, here. Its rows are public, and as the owner's columns have them. */
export type RemoteStudentOptions = Omit<StudentOptions, "heldOut" | "spread"> & {
  readonly heldOut?: { readonly x: readonly RowToPredict[]; readonly y: readonly Prediction[] };
  readonly spread?: Omit<NonNullable<StudentOptions["spread"]>, "x"> & {
    readonly x?: readonly RowToPredict[];
  };
};

export type RemoteTeachOptions = RemoteTeachersOptions & {
  readonly student: RemoteStudentOptions;
  /** What computes the student; WebAssembly if left out. */
  readonly backend?: Backend;
};

/** How the teaching is named, watched and stopped. */
export type RemoteTeachRun = Omit<RemoteFitRun, "onProgress"> & {
  readonly onProgress?: (progress: TeachersProgress) => void;
};

/** `x` are the queries' numbers. Whether counts are in their ranges, the owner says; here they are whole. */
export function teachingRecipe(
  model: Model,
  options: RemoteTeachersOptions,
  { schema }: Pick<ModelUse, "schema">,
  x: Float32Array,
): Result<TeachingRecipe, Problem<"training-invalid">> {
  const { teachers, aggregator, delta, telling, teaching } = options;
  const { optimizer, epochs, batch, seed = 1 } = teaching;
  const test = aggregator.kind === "confident" ? [aggregator.threshold.votes, aggregator.mostAnswered] : [];
  if (
    ![teachers, batch, seed, ...test].every((each) => Number.isInteger(each) && each >= 0 && each < 2 ** 32)
  )
    return err(
      problem(
        "training-invalid",
        "teachers, batches, seeds, votes and answers are counted in whole numbers",
        {
          hint: "teachers: 50, teaching: { optimizer: adam(0.05), epochs: 20, batch: 16 }",
        },
      ),
    );
  return ok({
    ...modelRecipe(model, options, schema),
    teachers,
    teaching: { optimizer: optimizer.recipe, epochs, batch, seed },
    aggregator,
    ...(delta === undefined ? {} : { delta: String(delta) }),
    ...(telling === undefined ? {} : { telling }),
    queries: floatsToBytes(x),
  });
}

/** The student's rows as numbers. */
export function studentOptions(
  { heldOut, spread, ...rest }: RemoteStudentOptions,
  use: ModelUse,
): Result<StudentOptions, Problem> {
  const held = heldOut && heldOutOf(heldOut, use);
  if (held?.ok === false) return held;
  const { x, ...how } = spread ?? {};
  const further = x && numbersOf(use, x);
  if (further?.ok === false) return further;
  return ok({
    ...rest,
    ...(held === undefined ? {} : { heldOut: held.value }),
    ...(spread === undefined ? {} : { spread: { ...how, ...(further && { x: further.value }) } }),
  });
}

function heldOutOf({ x, y }: NonNullable<RemoteStudentOptions["heldOut"]>, use: ModelUse) {
  const numbers = numbersOf(use, x);
  if (!numbers.ok) return numbers;
  const classes = classesOf(use, y);
  if (!classes.ok) return classes;
  return ok({ x: numbers.value, y: classes.value, shape: use.network.shape });
}
