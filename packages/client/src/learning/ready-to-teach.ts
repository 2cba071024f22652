// What is settled before teachers are asked for, and the student after: the same for one owner and for several.

import { ok, type Problem, type Result } from "@unseen/base";
import { type Backend, wasmBackend } from "@unseen/compute";
import { checkStudent, type StudentOptions, studentOf } from "@unseen/learning";
import type { ColumnDescription, SentAnswers, TeachingRecipe } from "@unseen/wire";
import { entropy } from "../platform.ts";
import type { Model } from "./model.ts";
import { modelRecipe, type RemoteColumns } from "./remote-fit.ts";
import { type RemoteTeachOptions, studentOptions, teachingRecipe } from "./remote-teach.ts";
import { type ModelUse, numbersOf, type RowToPredict, useOf } from "./rows-to-predict.ts";
import { StudentOfTeachers } from "./taught-from-owner.ts";

export type ReadyToTeach = {
  readonly recipe: TeachingRecipe;
  /** The queries' numbers. */
  readonly x: Float32Array;
  readonly student: StudentOptions;
};

export function useFor(
  columns: readonly ColumnDescription[],
  model: Model,
  options: RemoteColumns,
): Result<ModelUse, Problem> {
  return useOf(modelRecipe(model, options, columns), "cross-entropy", columns);
}

/** What the student cannot learn by is refused here, before anything is charged. */
export function readyToTeach(
  use: ModelUse,
  model: Model,
  queries: readonly RowToPredict[],
  options: RemoteTeachOptions,
): Result<ReadyToTeach, Problem> {
  const x = numbersOf(use, queries);
  if (!x.ok) return x;
  const student = studentOptions(options.student, use);
  if (!student.ok) return student;
  const sound = checkStudent(student.value, use.network);
  if (!sound.ok) return sound;
  const recipe = teachingRecipe(model, options, use, x.value);
  return recipe.ok ? ok({ recipe: recipe.value, x: x.value, student: student.value }) : recipe;
}

/** Learns from the answers, here. */
export async function studentFrom(
  { answers, promise }: SentAnswers,
  { x, student }: ReadyToTeach,
  model: Model,
  use: ModelUse,
  backend: Backend = wasmBackend,
): Promise<Result<StudentOfTeachers, Problem>> {
  const ports = { backend, entropy, clock: { nowMs: () => performance.now() } };
  const taught = await studentOf(model.layers, use.network, x, answers, student, ports);
  return taught.ok ? ok(new StudentOfTeachers(taught.value, use, promise, backend)) : taught;
}
