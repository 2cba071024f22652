// A training's state as safetensors: weights by name, what the optimiser remembers beside them, and how far it is. A private
// one's steps are paid for as a whole before the first, and its noise is drawn anew wherever it goes on, so that neither is
// in a checkpoint. Steps that a kill lost were told to nobody: a report waits for its checkpoint.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { TrainingState } from "../fit/training-state.ts";
import { largestClip, smallestClip } from "../private/clip.ts";
import { readSafetensors, type Tensors, writeSafetensors } from "./safetensors.ts";

export function writeCheckpoint(state: TrainingState, description: string): Uint8Array {
  const tensors = new Map<string, { shape: number[]; data: Float32Array }>();
  const put = (name: string, data: Float32Array) => tensors.set(name, { shape: [data.length], data });
  for (const [name, data] of state.weights) put(name, data);
  for (const [name, memories] of state.memories)
    for (const [at, data] of memories.entries()) put(memoryName(name, at), data);
  const metadata = new Map([
    ["training", description],
    ["step", `${state.step}`],
    ["stale", `${state.stale}`],
    ["lowest", `${state.lowest}`],
    ["clip", `${state.clip}`],
  ]);
  return writeSafetensors({ tensors, metadata });
}

/** `first` is the state that the same training begins with. Refuses another training's checkpoint (`checkpoint-mismatch`). */
export function readCheckpoint(
  bytes: Uint8Array,
  first: TrainingState,
  description: string,
): Result<TrainingState, Problem> {
  const read = readSafetensors(bytes);
  if (!read.ok) return read;
  const { metadata } = read.value;
  if (metadata.get("training") !== description) {
    return err(
      problem(
        "checkpoint-mismatch",
        "the checkpoint is of another model, or of a training with other settings",
        {
          hint: "the settings that the training began with",
        },
      ),
    );
  }
  const [step, stale, lowest, clip] = ["step", "stale", "lowest", "clip"].map((name) =>
    Number(metadata.get(name) ?? Number.NaN),
  );
  const isCounted =
    Number.isSafeInteger(step) &&
    step! >= 0 &&
    Number.isSafeInteger(stale) &&
    stale! >= 0 &&
    !Number.isNaN(lowest) &&
    isClip(clip!);
  const weights = restored(first.weights, read.value);
  const memories = new Map<string, readonly Float32Array[]>();
  for (const [name, own] of first.memories) {
    const named = new Map(own.map((data, at) => [memoryName(name, at), data]));
    const found = restored(named, read.value);
    if (found !== undefined) memories.set(name, [...found.values()]);
  }
  const wanted = [...first.memories.values()].reduce((sum, own) => sum + own.length, first.weights.size);
  if (
    !isCounted ||
    weights === undefined ||
    memories.size !== first.memories.size ||
    read.value.tensors.size !== wanted
  )
    return err(problem("checkpoint-malformed", "the checkpoint does not hold what its model needs"));
  return ok({ step: step!, stale: stale!, lowest: lowest!, clip: clip!, weights, memories });
}

function restored(
  like: ReadonlyMap<string, Float32Array>,
  { tensors }: Tensors,
): ReadonlyMap<string, Float32Array> | undefined {
  const found = new Map<string, Float32Array>();
  for (const [name, before] of like) {
    const tensor = tensors.get(name);
    if (tensor?.data.length !== before.length || !tensor.data.every((each) => Number.isFinite(each)))
      return undefined;
    found.set(name, tensor.data.slice());
  }
  return found;
}

function isClip(clip: number): boolean {
  return clip >= smallestClip && clip <= largestClip;
}

function memoryName(parameter: string, at: number): string {
  return `${parameter}.memory.${at}`;
}
