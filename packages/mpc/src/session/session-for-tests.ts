// Links that misbehave, and parties that meet in memory.

import { randomBytes } from "node:crypto";
import { platformEntropy, Secret } from "@unseen/base";
import { type Identity, identityFrom } from "@unseen/crypto";
import { agreedComputation, type Computation } from "./computation.ts";
import { type Link, linkRoom } from "./link.ts";

export const entropy = platformEntropy(globalThis.crypto);

/** A frame on its way: what is given back goes on, in this order. */
export type Interference = (frame: Uint8Array, at: number) => readonly Uint8Array[];

/** `link`, with every frame that is sent through it passing by `interfere`. */
export function interfered(link: Link, interfere: Interference): Link {
  let at = 0;
  return {
    send(block) {
      for (const frame of interfere(block.slice(linkRoom), at++)) {
        const changed = new Uint8Array(linkRoom + frame.length);
        changed.set(frame, linkRoom);
        link.send(changed);
      }
    },
    listen: (listener) => link.listen(listener),
    hold: () => link.hold(),
    end: () => link.end(),
    cut: () => link.cut(),
  };
}

/** The same identity for the same number, so that a test can start a party anew. */
export function identityForTests(number: number): Identity {
  return identityFrom(Secret.of<Uint8Array>(new Uint8Array(32).fill(number + 1)));
}

/** A computation of the first `count` identities, under a fresh id. */
export function computationForTests(
  count: number,
  id: Uint8Array = new Uint8Array(randomBytes(32)),
): Computation {
  const parties = Array.from({ length: count }, (_, number) => identityForTests(number).fingerprint);
  const agreed = agreedComputation({ id, hash: new Uint8Array(32).fill(7), parties });
  if (!agreed.ok) throw agreed.problem;
  return agreed.value;
}
