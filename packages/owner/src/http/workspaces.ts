// A workspace for each account that used one lately. What an account sends there is its own; it is held in
// memory and gone with the process, and nobody else can name it.

import { Workspace, workspaceLimits } from "@unseen/compute";
import type { Caller } from "../accounts/index.ts";

/**
 * What one account's workspace may hold and do on a node that others ask too. A run holds up the other
 * callers while it lasts: 4e7 steps are a tenth of a second, and a second and a half where every product is
 * near 1e-310, which takes a processor thirty times as long (measured 2026-11 with a matrix product).
 */
const limits = { ...workspaceLimits, elements: 2 ** 23, work: 4e7 };
/** Accounts whose objects are held at once; beyond it the workspace that was left alone longest is dropped. */
const mostWorkspaces = 64;

export class Workspaces {
  readonly #held = new Map<string, Workspace>();

  of(caller: Caller): Workspace {
    const workspace = this.#held.get(caller.id) ?? new Workspace(limits);
    this.#held.delete(caller.id);
    this.#held.set(caller.id, workspace);
    const [oldest] = this.#held.keys();
    if (this.#held.size > mostWorkspaces && oldest !== undefined) this.#held.delete(oldest);
    return workspace;
  }
}
