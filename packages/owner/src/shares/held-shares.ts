// The shares that askers put at this node. Each belongs to the account that put it; they are held in memory and gone with
// the process. A share says nothing about the number by itself.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { SharedFacts, SharesProtocol } from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import type { AgreedParties } from "./agree-on-parties.ts";
import type { Provenance } from "./provenance.ts";

export type HeldShare = {
  readonly parties: AgreedParties;
  readonly facts: SharedFacts;
  readonly parts: readonly BigUint64Array[];
  /** Undefined: the account's own numbers, that it shared itself. */
  readonly provenance: Provenance | undefined;
};

/** Shares of one account, and numbers that they hold together: 128 MiB. */
const limits = { shares: 1_000, elements: 2 ** 24 } as const;
/** Accounts whose shares are held at once; beyond it those of the one that was left alone longest are dropped. */
const mostAccounts = 64;

export class HeldShares {
  readonly #held = new Map<string, Map<string, HeldShare>>();

  /** What was there under the id is replaced. Refuses parts that the protocol does not have at this place. */
  put({ id: account }: Caller, id: string, share: HeldShare): Result<undefined, Problem> {
    const { protocol, parties, me } = share.parties;
    if (share.parts.length !== partsAt(protocol, me, parties.length)) {
      return err(
        problem("message-malformed", "the share has not as many parts as this party holds of a number", {
          hint: "two of three summands where shares are replicated, one otherwise, none at a crypto provider",
        }),
      );
    }
    const mine = this.#of(account);
    const others = [...mine].filter(([one]) => one !== id);
    const elements = others.reduce((total, [, one]) => total + elementsOf(one), elementsOf(share));
    if (others.length >= limits.shares || elements > limits.elements) {
      return err(
        problem("workspace-full", "this node holds as many shares for one account as it may", {
          hint: "delete() shared tensors that are not needed any more",
        }),
      );
    }
    mine.set(id, share);
    return ok(undefined);
  }

  get({ id: account }: Caller, id: string): Result<HeldShare, Problem> {
    const share = this.#held.get(account)?.get(id);
    return share === undefined ? err(unknown()) : ok(share);
  }

  delete({ id: account }: Caller, id: string): Result<undefined, Problem> {
    return this.#held.get(account)?.delete(id) === true ? ok(undefined) : err(unknown());
  }

  list({ id: account }: Caller): readonly string[] {
    return [...(this.#held.get(account)?.keys() ?? [])];
  }

  #of(account: string): Map<string, HeldShare> {
    const mine = this.#held.get(account) ?? new Map<string, HeldShare>();
    this.#held.delete(account);
    this.#held.set(account, mine);
    const [oldest] = this.#held.keys();
    if (this.#held.size > mostAccounts && oldest !== undefined) this.#held.delete(oldest);
    return mine;
  }
}

/** Summands of a number that a party holds. */
function partsAt(protocol: SharesProtocol, me: number, parties: number): number {
  if (protocol !== "provider") return 2;
  return me === parties - 1 ? 0 : 1;
}

function elementsOf({ parts }: HeldShare): number {
  return parts.reduce((total, { length }) => total + length, 0);
}

/** The same whether there is none or it is another account's. */
function unknown(): Problem<"object-unknown"> {
  return problem("object-unknown", "you have no shared tensor of that name at this node", {
    hint: "it was deleted, never kept, or the node started anew: share the numbers again",
  });
}
