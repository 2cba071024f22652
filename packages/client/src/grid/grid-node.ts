// One node of a grid, and our session there. The password and the token are in private fields, and no
// error, print or inspection shows them.

import { type CallOptions, type Client, createClient, type Transport } from "@connectrpc/connect";
import { err, ok, type Problem, type Result } from "@unseen/base";
import {
  decodeGreeting,
  decodeSession,
  GridService,
  LearningService,
  SharesService,
  WorkspaceService,
} from "@unseen/wire";
import { callNode, followNode, withinDeadline } from "../refusals/node-call.ts";

export type NodeClients = {
  readonly grid: Client<typeof GridService>;
  readonly workspace: Client<typeof WorkspaceService>;
  readonly shares: Client<typeof SharesService>;
  readonly learning: Client<typeof LearningService>;
};

type Send<T> = (clients: NodeClients, options: CallOptions) => Promise<T>;
type Credentials = { readonly username: string; readonly password: string };

export class GridNode {
  readonly url: string;
  readonly #clients: NodeClients;
  readonly #credentials: Credentials;
  #name: string | undefined;
  #signIn: Promise<Result<string, Problem>> | undefined;
  #failure: Problem | undefined;

  constructor(url: string, transport: Transport, credentials: Credentials) {
    this.url = url;
    this.#clients = {
      grid: createClient(GridService, transport),
      workspace: createClient(WorkspaceService, transport),
      shares: createClient(SharesService, transport),
      learning: createClient(LearningService, transport),
    };
    this.#credentials = credentials;
  }

  /** The name that the node gives itself, once it has been reached; its address until then. */
  get name(): string {
    return this.#name ?? this.url;
  }

  /** Why the last call did not reach the node, if it did not. */
  get failure(): Problem | undefined {
    return this.#failure;
  }

  /** Says hello and signs in. Costs two small calls; the second sends the password. */
  async connect(deadlineMs: number): Promise<Result<unknown, Problem>> {
    const hello = callNode(this.url, deadlineMs, (options) => this.#clients.grid.hello({}, options));
    const token = await this.#session(deadlineMs);
    const greeting = await hello;
    if (greeting.ok) this.#name = decodeGreeting(greeting.value).nodeName || undefined;
    return this.#noted(token);
  }

  /**
   * Calls the node with our session; one that has expired is renewed once. Never throws, and never takes
   * longer than the deadline, signing in again included.
   */
  async call<T>(deadlineMs: number, send: Send<T>): Promise<Result<T, Problem>> {
    const sent = this.#inSession(deadlineMs, (token) => this.#sendWith(token, deadlineMs, send));
    return this.#noted(await withinDeadline(this.url, deadlineMs, sent));
  }

  /** The same for a reply that comes in parts, each within the deadline. `stop` ends it. */
  async follow<T>(
    deadlineMs: number,
    open: (clients: NodeClients, options: CallOptions) => AsyncIterable<T>,
    take: (part: T) => void,
    stop?: AbortSignal,
  ): Promise<Result<undefined, Problem>> {
    const followed = await this.#inSession(deadlineMs, (token) => {
      const headers = { authorization: `Bearer ${token}` };
      const opened = (options: CallOptions) => open(this.#clients, { ...options, headers });
      return followNode(this.url, deadlineMs, opened, take, stop);
    });
    return this.#noted(followed);
  }

  toString(): string {
    return `<Node ${this.name}>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  async #inSession<T>(
    deadlineMs: number,
    act: (token: string) => Promise<Result<T, Problem>>,
  ): Promise<Result<T, Problem>> {
    const session = this.#session(deadlineMs);
    const token = await session;
    if (!token.ok) return token;
    const reply = await act(token.value);
    if (reply.ok || !hasEnded(reply.problem)) return reply;
    // Calls side by side find the same session ended: the first of them signs in for all.
    if (this.#signIn === session) this.#signIn = undefined;
    const renewed = await this.#session(deadlineMs);
    return renewed.ok ? act(renewed.value) : renewed;
  }

  #session(deadlineMs: number): Promise<Result<string, Problem>> {
    this.#signIn ??= this.#signedIn(deadlineMs);
    return this.#signIn;
  }

  /** Gives the token. A failure is forgotten, so that the next call tries again. */
  async #signedIn(deadlineMs: number): Promise<Result<string, Problem>> {
    const { username, password } = this.#credentials;
    const reply = await callNode(this.url, deadlineMs, (options) =>
      this.#clients.grid.signIn({ name: username, password }, options),
    );
    const session = reply.ok ? decodeSession(reply.value) : reply;
    if (session.ok) return ok(session.value.token);
    this.#signIn = undefined;
    return err(session.problem);
  }

  #sendWith<T>(token: string, deadlineMs: number, send: Send<T>): Promise<Result<T, Problem>> {
    const headers = { authorization: `Bearer ${token}` };
    return callNode(this.url, deadlineMs, (options) => send(this.#clients, { ...options, headers }));
  }

  #noted<T>(reply: Result<T, Problem>): Result<T, Problem> {
    this.#failure = !reply.ok && isAbsence(reply.problem) ? reply.problem : undefined;
    return reply;
  }
}

/** The session is over: its lifetime has passed, or the node no longer knows its key. */
function hasEnded({ code }: Problem): boolean {
  return code === "session-expired" || code === "session-invalid";
}

/** The node said nothing that we can act on: not there, too slow, too busy or broken. */
export function isAbsence({ code }: Problem): boolean {
  return ["node-unreachable", "deadline-exceeded", "node-failed", "sign-in-busy"].includes(code);
}
