import { invariant, Secret } from "@unseen/base";
import { deriveSeed } from "@unseen/crypto";

/**
 * What two parties draw alike in one meeting. Each purpose takes a seed of its own out of it, and only once: a second protocol
 * opened on the same meeting would mask other numbers with the masks of the first, and their difference would show.
 */
export class MeetingSeed {
  readonly #secret: Secret<Uint8Array>;
  readonly #taken = new Set<string>();

  constructor(secret: Secret<Uint8Array>) {
    this.#secret = secret;
  }

  /** 32 bytes for this purpose. Throws where the purpose has taken its own already, whatever became of it. */
  take(purpose: string): Uint8Array {
    invariant(!this.#taken.has(purpose), "a meeting gives each purpose its seed once");
    this.#taken.add(purpose);
    return Secret.reveal(deriveSeed(this.#secret, purpose));
  }
}
