// Teachers on the people of a dataset, from columns to answers. Runs in a training's own thread.

import { ok, type Problem, type Result } from "@unseen/base";
import {
  type Answers,
  answersOf,
  type FitPorts,
  layerOf,
  type TeachersOf,
  votesOfTeachers,
  writeClasses,
  writeFeatures,
} from "@unseen/learning";
import { sharedVotes } from "@unseen/privacy";
import type { TrainingRows } from "../engine/index.ts";
import { type LaidOutTeaching, layOutTeaching, type TeachingSetup } from "./teaching-setup.ts";
import { unitsOfTraining } from "./units-of-training.ts";

/** Reports of teachers: each is a moment that can be timed. */
const reports = 20;

/**
 * All rows of a person are at one teacher, who is drawn by lot. No failure depends on a row. `onTaught` hears twenty times at most
 * how many teachers are done.
 */
export async function teachAndAnswer(
  setup: TeachingSetup,
  rows: TrainingRows,
  ports: FitPorts,
  onTaught: (teachers: number) => void,
): Promise<Result<Answers, Problem>> {
  const laid = layOutTeaching(setup);
  if (!laid.ok) return laid;
  const teachers = teachersOn(setup, laid.value, rows);
  if (!teachers.ok) return teachers;
  const { queries, options, plan } = laid.value;
  const onEach = atReports(options.teachers, onTaught);
  return answersOf(teachers.value, queries, plan.priced, options, ports, onEach);
}

/** The same for several owners: this one's votes with its noise on each count, of which `parts` owners' are a whole. */
export async function teachAndCount(
  setup: TeachingSetup,
  rows: TrainingRows,
  parts: number,
  ports: FitPorts,
  onTaught: (teachers: number) => void,
): Promise<Result<readonly bigint[], Problem>> {
  const laid = layOutTeaching(setup);
  if (!laid.ok) return laid;
  const teachers = teachersOn(setup, laid.value, rows);
  if (!teachers.ok) return teachers;
  const { queries, queryCount, network, options } = laid.value;
  const votes = await votesOfTeachers(teachers.value, queries, ports, atReports(options.teachers, onTaught));
  if (!votes.ok) return votes;
  const { noise } = options.aggregator;
  const shared = sharedVotes({ options: network.outputs, queries: queryCount, noise, parts });
  return ok(shared.release(votes.value, ports.entropy).value);
}

function atReports(teachers: number, onTaught: (teachers: number) => void): (done: number) => void {
  const every = Math.ceil(teachers / reports);
  return (done) => {
    if (done % every === 0 || done === teachers) onTaught(done);
  };
}

/** Of each person as many rows as the card allows; the others count as nothing. */
export function teachersOn(
  setup: TeachingSetup,
  { features, label, network, options }: LaidOutTeaching,
  rows: TrainingRows,
): Result<TeachersOf, Problem> {
  const units = unitsOfTraining(setup, rows);
  if (!units.ok) return units;
  const { x, isUsable } = writeFeatures(features, rows.columns, rows.rowCount);
  const classes = writeClasses(label, rows.columns.at(-1)!, isUsable);
  const layers = setup.recipe.layers.map(layerOf);
  const of = { layers, network, count: options.teachers, teaching: options.teaching };
  const { people } = rows;
  if (people === undefined) return ok({ ...of, rows: { x, y: classes } });
  const y = new Float32Array(rows.rowCount).fill(Number.NaN);
  for (let unit = 0; unit < units.value.count; unit++)
    for (const row of units.value.rowsOf(unit)) y[row] = classes[row]!;
  return ok({ ...of, rows: { x, y, people } });
}
