// An owner's columns as a shared tensor: every node is asked to take its share, and the owner's node to split.

import { problem } from "@unseen/base";
import { decodeColumns } from "@unseen/wire";
import type { DatasetPlace } from "../datasets/dataset-place.ts";
import { entropy } from "../platform.ts";
import { randomObjectId } from "../random-names.ts";
import { AskRefused, orThrow } from "../refusals/ask-refused.ts";
import type { ShareOptions, Sharer } from "../tensors/tensor.ts";
import { asParty } from "../workers/worker.ts";
import { SharedTensor } from "./shared-tensor.ts";
import { SharesGroup } from "./shares-group.ts";

export type ShareColumnsOptions = Omit<ShareOptions<SharedTensor>, "between"> & {
  /** Columns of numbers, in this order. */
  readonly columns?: readonly string[];
};

/** @param numbers the dataset's columns of numbers, shared where the options name none */
export async function shareColumns(
  { node, deadlines, described }: DatasetPlace,
  numbers: readonly string[],
  given: readonly (Sharer<SharedTensor> | ShareColumnsOptions)[],
): Promise<SharedTensor> {
  if (described.joined !== undefined)
    throw new AskRefused(
      problem("join-refused", "columns of one dataset become shares, and this is two joined"),
    );
  const sharers = given.filter((one): one is Sharer<SharedTensor> => "shareAmong" in one);
  const options = given.find((one): one is ShareColumnsOptions => !("shareAmong" in one)) ?? {};
  const provider = options.cryptoProvider === undefined ? undefined : asParty(options.cryptoProvider);
  // An owner's column is worth more than a few bytes: a party that bends what is opened is found out.
  const protocol = options.protocol ?? (provider === undefined ? "verified" : "provider");
  const group = orThrow(await SharesGroup.of(sharers.map(asParty), provider, protocol));
  const [holder] = orThrow(
    await SharesGroup.introductions([
      {
        name: node.name,
        calls: {
          call: (send) => node.call(deadlines.deadlineMs, ({ shares }, call) => send(shares, call)),
        },
      },
    ]),
  );
  const owner = holder!.fingerprint;
  const source = { owner, dataset: described.name, columns: options.columns ?? numbers };
  const objectId = randomObjectId(entropy);
  const request = {
    ...source,
    columns: [...source.columns],
    computationId: entropy.fill(new Uint8Array(32)),
    parties: group.onWire,
    objectId,
  };
  const replies = orThrow(await group.everybody(() => (client, call) => client.shareColumns(request, call)));
  const told = replies.map((reply) => orThrow(decodeColumns(reply)));
  const [first] = told;
  if (first === undefined || told.some((one) => JSON.stringify(one) !== JSON.stringify(first)))
    throw new AskRefused(problem("outcomes-differ", "the nodes do not agree on what was shared"));
  return SharedTensor.ofColumns(group, first.facts.shape, objectId, source);
}
