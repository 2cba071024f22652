import type { Progress } from "@unseen/learning";
import type { RemoteProgress } from "./remote-fit.ts";

const width = 20;

/** Where a training stands, for a terminal: a bar, steps, what was measured or spent, the time left. One line, no colours. */
export function progressLine(progress: Progress | RemoteProgress): string {
  const { step, steps, epsilon, leftMs } = progress;
  if ("waiting" in progress && progress.waiting > 0)
    return `${progress.waiting} ${progress.waiting === 1 ? "training comes" : "trainings come"} first`;
  const done = Math.round((step / Math.max(1, steps)) * width);
  const measured = "training" in progress || "heldOut" in progress ? measuredOf(progress as Progress) : [];
  return [
    `${"█".repeat(done)}${"░".repeat(width - done)} step ${step} of ${steps}`,
    ...measured,
    ...(epsilon === undefined ? [] : [`epsilon ${epsilon.toFixed(2)} so far`]),
    ...(leftMs === undefined ? [] : [`${timeOf(leftMs)} left`]),
  ].join(", ");
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
