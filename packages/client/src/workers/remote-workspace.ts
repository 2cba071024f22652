// The objects of one account at one worker, in calls. Requests and answers are protobuf on every transport.

import type { CallOptions, Client } from "@connectrpc/connect";
import { invariant, ok, type Problem, type Result } from "@unseen/base";
import type { PlainTensor, Program } from "@unseen/program";
import { decodeTensor, encodeProgram, encodeTensor, type WorkspaceService } from "@unseen/wire";

type Send<T> = (client: Client<typeof WorkspaceService>, options: CallOptions) => Promise<T>;

/** How a call reaches the worker: in memory, or to a node where we are signed in. */
export interface WorkspaceCalls {
  call<T>(send: Send<T>): Promise<Result<T, Problem>>;
}

export class RemoteWorkspace {
  readonly workerId: string;
  readonly #calls: WorkspaceCalls;

  constructor(workerId: string, calls: WorkspaceCalls) {
    this.workerId = workerId;
    this.#calls = calls;
  }

  async put(objectId: string, value: PlainTensor): Promise<Result<unknown, Problem>> {
    return this.#calls.call((client, options) =>
      client.put({ objectId, value: encodeTensor(value) }, options),
    );
  }

  /** Evaluates a program of one output and gives a copy; nothing is kept. */
  async run(program: Program): Promise<Result<PlainTensor, Problem>> {
    const reply = await this.#run(program, "");
    if (!reply.ok) return reply;
    const [value] = reply.value.values;
    return decodeTensor(value);
  }

  async runAndKeep(program: Program, objectId: string): Promise<Result<unknown, Problem>> {
    return this.#run(program, objectId);
  }

  async fetch(objectId: string): Promise<Result<PlainTensor, Problem>> {
    const reply = await this.#calls.call((client, options) => client.fetch({ objectId }, options));
    return reply.ok ? decodeTensor(reply.value.value) : reply;
  }

  async delete(objectId: string): Promise<Result<unknown, Problem>> {
    return this.#calls.call((client, options) => client.delete({ objectId }, options));
  }

  async list(): Promise<Result<readonly string[], Problem>> {
    const reply = await this.#calls.call((client, options) => client.list({}, options));
    return reply.ok ? ok(reply.value.objectIds) : reply;
  }

  #run(program: Program, keepAs: string) {
    invariant(program.outputs.length === 1, "a pointer asks for one result");
    return this.#calls.call((client, options) =>
      client.run({ program: encodeProgram(program), keepAs: [keepAs] }, options),
    );
  }
}
