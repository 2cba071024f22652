// What parties must agree on, to the last byte, before they exchange anything else.

import type { Brand } from "@unseen/base";
import { err, ok, type Result } from "@unseen/base";
import { digestOf, type Fingerprint } from "@unseen/crypto";
import { ChannelFailure } from "./channel.ts";

export type Computation = Brand<
  {
    /** 32 bytes that were never used before: agreed with the parties, or drawn by who asks. */
    readonly id: Uint8Array;
    /** 32 bytes: the hash of program, protocol, ring and policy. */
    readonly hash: Uint8Array;
    /** Who sits where. */
    readonly parties: readonly Fingerprint[];
  },
  "Computation"
>;

/**
 * Which steps a program becomes, and in which order. Raised with every change of what a protocol or a function sends, or when: two
 * messages of one length in another order would not be noticed. Parties of other versions do not meet.
 */
export const stepsVersion = 1;

const idBytes = 32;

/** Places fit a byte of the handshake, and every pair of parties keeps a channel. */
const partiesAtMost = 64;

/**
 * Checks what a party was told to take part in. A fingerprint that stands in the list twice is refused by the place of its
 * second: one operator would be two parties. `kind` of every refusal is "identity".
 */
export function agreedComputation(told: {
  readonly id: Uint8Array;
  readonly hash: Uint8Array;
  readonly parties: readonly Fingerprint[];
}): Result<Computation, ChannelFailure> {
  const { id, hash, parties } = told;
  const refuse = (party: number, rule: string) => err(new ChannelFailure("identity", party, rule));
  if (id.length !== idBytes || hash.length !== idBytes)
    return refuse(0, "a computation is known by an id and a hash of 32 bytes each");
  if (parties.length < 2 || parties.length > partiesAtMost)
    return refuse(0, `a computation has 2 to ${partiesAtMost} parties`);
  const second = parties.findIndex((one, place) => parties.indexOf(one) !== place);
  if (second !== -1)
    return refuse(
      second,
      `party ${second} is party ${parties.indexOf(parties[second]!)} too: each is somebody else`,
    );
  const agreed = { id: id.slice(), hash: hash.slice(), parties: [...parties] };
  return ok(agreed as unknown as Computation);
}

/** All of it as 32 bytes, and the version of the steps: equal exactly if everything is. */
export function digestOfComputation(
  { id, hash, parties }: Computation,
  version: number = stepsVersion,
): Uint8Array {
  const places = parties.map((one) => Uint8Array.from(one, (letter) => letter.charCodeAt(0)));
  return digestOf("unseen computation 2", Uint8Array.of(version), id, hash, ...places);
}
