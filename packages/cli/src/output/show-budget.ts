import type { WriteStream } from "node:tty";
import { meter } from "./bars.ts";
import { plainNumber } from "./numbers.ts";
import { paint } from "./paint.ts";

const meterWidth = 24;

type Line = { readonly epsilon: number; readonly delta: number };

/** `████░░░░  epsilon 0.5 of 10 spent, 9.5 left`. */
export function budgetLine(stream: WriteStream, spent: Line, cap: Line, left: Line): string {
  const share = cap.epsilon > 0 ? spent.epsilon / cap.epsilon : 1;
  const drawn = paint(
    stream,
    share < 0.75 ? "green" : share < 1 ? "yellow" : "red",
    meter(share, meterWidth),
  );
  const delta = spent.delta > 0 ? `; delta ${plainNumber(spent.delta)} of ${plainNumber(cap.delta)}` : "";
  return `${drawn}  epsilon ${plainNumber(spent.epsilon)} of ${plainNumber(cap.epsilon)} spent, ${plainNumber(left.epsilon)} left${delta}`;
}

/** "epsilon 0.5", "epsilon 0.5 and delta 1e-6". */
export function lossText({ epsilon, delta }: Line): string {
  return delta === 0
    ? `epsilon ${plainNumber(epsilon)}`
    : `epsilon ${plainNumber(epsilon)} and delta ${plainNumber(delta)}`;
}
