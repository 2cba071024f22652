// Where a training stands, as plain data: what a checkpoint holds, and what a step makes of it.

import type { Compiled } from "@unseen/compute";
import type { Network } from "../model/network.ts";
import { sizeOfShape } from "../model/network.ts";
import type { Weights } from "../model/weights.ts";
import type { Optimizer } from "../optimise/optimizer.ts";
import { scheduleOf } from "../optimise/schedule.ts";

export type TrainingState = {
  /** Steps that are done. */
  readonly step: number;
  readonly weights: Weights;
  /** What the optimiser remembers of each parameter. */
  readonly memories: ReadonlyMap<string, readonly Float32Array[]>;
  /** What a private training's gradients are clipped to next. */
  readonly clip: number;
  /** Reports without a lower loss on held-out rows, and the lowest so far. */
  readonly stale: number;
  readonly lowest: number;
};

export function firstState(
  network: Network,
  weights: Weights,
  optimizer: Optimizer,
  clip: number,
): TrainingState {
  const memories = network.parameters.map(({ name, shape }) => {
    const own = Array.from({ length: optimizer.memories }, () => new Float32Array(sizeOfShape(shape)));
    return [name, own] as const;
  });
  // In the network's order, in which gradients come; and its own, for they will move.
  const ordered = new Map(network.parameters.map(({ name }) => [name, weights.get(name)!.slice()]));
  return {
    step: 0,
    weights: ordered,
    memories: new Map(memories),
    clip,
    stale: 0,
    lowest: Number.POSITIVE_INFINITY,
  };
}

/** The same with weights that lie where a program reads them, and move there. */
export function placedIn(state: TrainingState, compiled: Compiled): TrainingState {
  const placed = [...state.weights].map(([name, own]) => {
    const place = compiled.placeOf?.(name);
    place?.set(own);
    return [name, place ?? own] as const;
  });
  return { ...state, weights: new Map(placed) };
}

/** After one more step with this mean gradient, all parameters in order one after the other: weights and memories move in place. */
export function advanced(
  state: TrainingState,
  gradient: Float32Array,
  optimizer: Optimizer,
  steps: number,
): TrainingState {
  const rate = scheduleOf(optimizer.rate).at(state.step, steps);
  let at = 0;
  for (const [name, own] of state.weights) {
    const slopes = gradient.subarray(at, at + own.length);
    optimizer.move(own, slopes, state.memories.get(name)!, rate, state.step);
    at += own.length;
  }
  return { ...state, step: state.step + 1 };
}

/** After a report of this loss on held-out rows. */
export function reported(state: TrainingState, loss: number): TrainingState {
  return loss < state.lowest ? { ...state, lowest: loss, stale: 0 } : { ...state, stale: state.stale + 1 };
}

/** Float32 keeps no gradient of such weights. */
const largestWeight = 1e9;

export function hasDiverged(state: TrainingState): boolean {
  return [...state.weights.values()].some((weights) =>
    weights.some((each) => !(Math.abs(each) <= largestWeight)),
  );
}
