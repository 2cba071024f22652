import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { Caller } from "../accounts/index.ts";

/** Computations at once: each may hold half a gibibyte, and while they wait for each other nobody answers. */
const mostInAll = 8;
/** Of one account, so that one asker does not keep all others out. */
const mostEach = 4;

/** How many computations a node takes part in at once. */
export class ComputingRoom {
  readonly #inside = new Map<string, number>();

  /** Leave by disposing of what is given. */
  enter({ id }: Caller): Result<Disposable, Problem<"workspace-full">> {
    const mine = this.#inside.get(id) ?? 0;
    const all = [...this.#inside.values()].reduce((total, count) => total + count, 0);
    if (mine >= mostEach || all >= mostInAll) {
      return err(
        problem("workspace-full", "this node computes with as many parties at once as it may", {
          hint: "ask again when a computation has ended",
        }),
      );
    }
    this.#inside.set(id, mine + 1);
    return ok({ [Symbol.dispose]: () => this.#leave(id) });
  }

  #leave(id: string): void {
    const left = (this.#inside.get(id) ?? 1) - 1;
    if (left === 0) this.#inside.delete(id);
    else this.#inside.set(id, left);
  }
}
