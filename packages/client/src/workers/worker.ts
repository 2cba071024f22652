// A place that keeps tensors for whoever sent them, and computes on them there.

import type { PlainTensor } from "@unseen/program";
import { AskRefused, orThrow } from "../refusals/ask-refused.ts";
import { SharedTensor } from "../shares/shared-tensor.ts";
import { type NamedParty, type PartyCalls, SharesGroup } from "../shares/shares-group.ts";
import type { Keeper, ShareOptions, Sharer } from "../tensors/tensor.ts";
import { PointerTensor } from "./pointer-tensor.ts";
import { RemoteWorkspace, type WorkspaceCalls } from "./remote-workspace.ts";

/**
 * A worker on any transport. What a person sends there is their own, so `get()` gives it back without
 * noise; the worker's operator sees the numbers. Nobody else's account does.
 */
export class RemoteWorker implements Keeper<PointerTensor>, Sharer<SharedTensor> {
  readonly id: string;
  readonly #workspace: RemoteWorkspace;
  readonly #party: PartyCalls | undefined;

  /** @param party how calls about shares reach it, where it can be a party */
  constructor(id: string, calls: WorkspaceCalls, party?: PartyCalls) {
    this.id = id;
    this.#workspace = new RemoteWorkspace(id, calls);
    this.#party = party;
  }

  /** Keeps a copy of the numbers; `tensor(...).send(worker)` calls this. */
  keep(value: PlainTensor): Promise<PointerTensor> {
    return PointerTensor.ofSent(this.#workspace, value);
  }

  /** Splits numbers among nodes; `tensor(...).share(bob, alice, theo)` calls this. */
  async shareAmong(
    value: PlainTensor,
    parties: readonly Sharer<SharedTensor>[],
    { cryptoProvider, between, protocol }: ShareOptions<SharedTensor>,
  ): Promise<SharedTensor> {
    const provider = cryptoProvider === undefined ? undefined : asParty(cryptoProvider);
    const group = orThrow(await SharesGroup.of(parties.map(asParty), provider, protocol));
    return SharedTensor.ofNumbers(group, value, between);
  }

  static partyOf(worker: RemoteWorker): NamedParty | undefined {
    return worker.#party === undefined ? undefined : { name: worker.id, calls: worker.#party };
  }

  /** The ids of the objects that this account has here. */
  async list(): Promise<readonly string[]> {
    return orThrow(await this.#workspace.list());
  }

  toString(): string {
    return `<Worker ${this.id}>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** A node of a grid as a party; throws `AskRefused` for a worker in this process. */
export function asParty(sharer: Sharer<SharedTensor>): NamedParty {
  const party = sharer instanceof RemoteWorker ? RemoteWorker.partyOf(sharer) : undefined;
  if (party !== undefined) return party;
  const message =
    "only a node of a grid can be a party: a worker in this process would hold everything by itself";
  throw new AskRefused({ code: "parties-invalid", message, hint: "grid.node(name)" });
}
