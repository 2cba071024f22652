// A workspace for each account that used one lately. What an account sends there is its own; it is held in
// memory and gone with the process, and nobody else can name it.

import { Workspace } from "@unseen/compute";
import type { Caller } from "../accounts/index.ts";

/** Accounts whose objects are held at once; beyond it the workspace that was left alone longest is dropped. */
const mostWorkspaces = 64;

export class Workspaces {
  readonly #held = new Map<string, Workspace>();

  of(caller: Caller): Workspace {
    const workspace = this.#held.get(caller.id) ?? new Workspace();
    this.#held.delete(caller.id);
    this.#held.set(caller.id, workspace);
    const [oldest] = this.#held.keys();
    if (this.#held.size > mostWorkspaces && oldest !== undefined) this.#held.delete(oldest);
    return workspace;
  }
}
