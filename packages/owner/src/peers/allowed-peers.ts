// The nodes that the owner agreed to compute with. Nobody else is dialed, let in, or trusted to be who they say.

import { type Clock, err, ok, type Problem, problem, type Result } from "@unseen/base";
import { type Fingerprint, parseFingerprint } from "@unseen/crypto";
import { isStoreFailure, queries, type Store } from "../store/index.ts";

export type AllowedPeer = {
  readonly fingerprint: Fingerprint;
  /** What the owner calls it; unique here. */
  readonly name: string;
  /** Where it takes parties in: wss://host:port/peers. */
  readonly url: string;
};

/** What a computation asks of the list. */
export interface PeerList {
  find(fingerprint: Fingerprint): AllowedPeer | undefined;
}

const nameLengthAtMost = 64;

export class AllowedPeers implements PeerList {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor({ store, clock }: { readonly store: Store; readonly clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Allows a node, or changes the name and the address of one that is allowed. Read anew at each computation. */
  async allow(wish: {
    readonly fingerprint: string;
    readonly name: string;
    readonly url: string;
  }): Promise<Result<AllowedPeer, Problem<"parties-invalid">>> {
    const fingerprint = parseFingerprint(wish.fingerprint);
    if (fingerprint === undefined)
      return err(
        invalid("this is no fingerprint", "it has 64 hexadecimal digits; `unseen serve` shows a node's own"),
      );
    const name = wish.name.trim();
    if (name === "" || name.length > nameLengthAtMost)
      return err(invalid(`a peer's name has 1 to ${nameLengthAtMost} characters`));
    const url = peerAddress(wish.url);
    if (url === undefined)
      return err(invalid("a peer's address begins with wss://", "`unseen serve` shows a node's own"));
    const peer = { fingerprint, name, url };
    const at = BigInt(this.#clock.nowMs());
    try {
      await this.#store.write(() => {
        this.#store.all(queries.deleteFrom("peers").where("fingerprint", "=", fingerprint));
        this.#store.all(queries.insertInto("peers").values({ ...peer, allowed_at_ms: at }));
      });
      return ok(peer);
    } catch (error) {
      if (isStoreFailure(error)) return err(invalid("another peer has that name already"));
      throw error;
    }
  }

  find(fingerprint: Fingerprint): AllowedPeer | undefined {
    return this.all().find((peer) => peer.fingerprint === fingerprint);
  }

  all(): readonly AllowedPeer[] {
    return this.#store
      .all(queries.selectFrom("peers").selectAll().orderBy("name"))
      .flatMap(({ fingerprint: text, name, url }) => {
        const fingerprint = parseFingerprint(text);
        return fingerprint === undefined ? [] : [{ fingerprint, name, url }];
      });
  }

  /** By name or fingerprint. Computations underway go on to their end. */
  async remove(which: string): Promise<Result<AllowedPeer, Problem<"party-not-allowed">>> {
    const fingerprint = parseFingerprint(which);
    const peer = this.all().find((one) => one.name === which || one.fingerprint === fingerprint);
    if (peer === undefined)
      return err(problem("party-not-allowed", "no peer of that name or fingerprint is allowed here"));
    await this.#store.write(() => {
      this.#store.all(queries.deleteFrom("peers").where("fingerprint", "=", peer.fingerprint));
    });
    return ok(peer);
  }
}

function peerAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== "wss:" || url.username !== "" || url.password !== "") return undefined;
  if (url.pathname === "/") url.pathname = "/peers";
  return url.href;
}

function invalid(message: string, hint?: string): Problem<"parties-invalid"> {
  return problem("parties-invalid", message, hint === undefined ? {} : { hint });
}
