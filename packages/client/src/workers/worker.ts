// A place that keeps tensors for whoever sent them, and computes on them there.

import type { PlainTensor } from "@unseen/program";
import { orThrow } from "../refusals/ask-refused.ts";
import type { Keeper } from "../tensors/tensor.ts";
import { PointerTensor } from "./pointer-tensor.ts";
import { RemoteWorkspace, type WorkspaceCalls } from "./remote-workspace.ts";

/**
 * A worker on any transport. What a person sends there is their own, so `get()` gives it back without
 * noise; the worker's operator sees the numbers. Nobody else's account does.
 */
export class RemoteWorker implements Keeper<PointerTensor> {
  readonly id: string;
  readonly #workspace: RemoteWorkspace;

  constructor(id: string, calls: WorkspaceCalls) {
    this.id = id;
    this.#workspace = new RemoteWorkspace(id, calls);
  }

  /** Keeps a copy of the numbers; `tensor(...).send(worker)` calls this. */
  keep(value: PlainTensor): Promise<PointerTensor> {
    return PointerTensor.ofSent(this.#workspace, value);
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
