// What the ledger keeps of a paid training, and what leaves: the trained weights, or the problem that noised steps ran into.

import { err, invariant, ok, type Problem, type Result } from "@unseen/base";
import { formatDelta, formatEpsilon, type Released } from "@unseen/privacy";
import { type SentTrained, trainedFromBytes, trainedToBytes } from "@unseen/wire";
import type { Receipt } from "../ledger/index.ts";
import type { PricedSetup } from "./training-setup.ts";
import type { TrainedWeights } from "./training-thread.ts";

const trainedMark = 4;
const problemMark = 2;

export type TrainingOutcome = Result<SentTrained, Problem>;

export function encodeTrainingOutcome(
  { value }: Released<Result<TrainedWeights, Problem>>,
  {
    receipt,
    nodeId,
    priced,
  }: {
    readonly receipt: Receipt;
    readonly nodeId: string;
    readonly priced: Pick<PricedSetup, "promise"> & { readonly guarantee: string };
  },
): Uint8Array {
  if (!value.ok) return marked(problemMark, new TextEncoder().encode(JSON.stringify(value.problem)));
  const { askId, datasets, questionHash, serial, chargedAtMs, entryHash, epsilon, delta } = receipt;
  const sent: SentTrained = {
    ...value.value,
    promise: priced.promise,
    spent: { epsilon: formatEpsilon(epsilon), delta: formatDelta(delta) },
    receipt: { askId, dataset: datasets[0], questionHash, serial, chargedAtMs, nodeId, entryHash },
    guarantee: priced.guarantee,
  };
  return marked(trainedMark, trainedToBytes(sent));
}

/** Reads what `encodeTrainingOutcome` wrote. */
export function decodeTrainingOutcome(bytes: Uint8Array): TrainingOutcome {
  const body = bytes.subarray(1);
  if (bytes[0] === trainedMark) return ok(trainedFromBytes(body));
  invariant(bytes[0] === problemMark, "a recorded training is weights or a problem");
  return err(JSON.parse(new TextDecoder().decode(body)) as Problem);
}

function marked(mark: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 1);
  bytes[0] = mark;
  bytes.set(body, 1);
  return bytes;
}
