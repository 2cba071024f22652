import type { Progress } from "@unseen/learning";
import type { RemoteProgress } from "./remote-fit.ts";
import type { TeachersProgress } from "./remote-teach.ts";

const width = 20;

/** Where a training stands, for a terminal: a bar, steps or teachers, what was measured or spent, the time left. One line, no colours. */
export function progressLine(progress: Progress | RemoteProgress | TeachersProgress): string {
  if ("waiting" in progress && progress.waiting > 0)
    return `${progress.waiting} ${progress.waiting === 1 ? "training comes" : "trainings come"} first`;
  const { leftMs } = progress;
  const parts =
    "teachers" in progress ? [barOf("teacher", progress.taught, progress.teachers)] : stepsOf(progress);
  return [...parts, ...(leftMs === undefined ? [] : [`${timeOf(leftMs)} left`])].join(", ");
}

function stepsOf(progress: Progress | RemoteProgress): readonly string[] {
  const { step, steps, epsilon } = progress;
  const measured = "training" in progress || "heldOut" in progress ? measuredOf(progress as Progress) : [];
  const spent = epsilon === undefined ? [] : [`epsilon ${epsilon.toFixed(2)} so far`];
  return [barOf("step", step, steps), ...measured, ...spent];
}

function barOf(what: string, done: number, of: number): string {
  const filled = Math.round((done / Math.max(1, of)) * width);
  return `${"█".repeat(filled)}${"░".repeat(width - filled)} ${what} ${done} of ${of}`;
}

function measuredOf({ training, heldOut }: Progress): readonly string[] {
  const told = heldOut ?? training;
  return told === undefined
    ? []
    : [`loss ${told.loss.toFixed(3)}`, `accuracy ${(100 * told.accuracy).toFixed(1)} %`];
}

function timeOf(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
