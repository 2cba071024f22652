// How two parties of a computation come to share keys. One of them dials, the other is the host:
//
//   join      dialer → host    magic, id, digest of the computation, from, to, binding, identity key, X25519 half
//   welcome   host → dialer    magic, identity key, X25519 half, signature of the host
//   confirm   dialer → host    magic, signature of the dialer
//
// Both sign one transcript: what they agreed to, who is who, who dials, what carries the bytes, both identity keys and both
// fresh halves. This is Diffie-Hellman with both names under both signatures, as in ISO/IEC 9798-3 and its analysis by
// Canetti and Krawczyk (Eurocrypt 2001). A repeated message signs halves of the past and fits nothing; a signature made in
// one role, or for one party, fits no other.
//
// The halves are fresh every time. So a party that starts anew shares other keys than before, and other masks.

import { type Entropy, err, ok, type Result, type Secret } from "@unseen/base";
import {
  agree,
  deriveSeed,
  digestOf,
  equalConstantTime,
  fingerprintOf,
  freshKeyExchange,
  type Identity,
  isSignedBy,
  sign,
} from "@unseen/crypto";
import { ChannelFailure, type PartyIndex } from "./channel.ts";
import { type Computation, digestOfComputation } from "./computation.ts";
import type { LaneKeys } from "./frame-seal.ts";
import { MeetingSeed } from "./meeting-seed.ts";

/**
 * What the bytes between the two are bound to. "identities": TLS in which each showed the key of its identity. "nothing": TLS to
 * a server's certificate, or a tab of a browser, so that frames are sealed.
 */
export type Binding = "identities" | "nothing";

export type Meeting = {
  readonly computation: Computation;
  readonly me: PartyIndex;
  readonly them: PartyIndex;
  readonly identity: Identity;
  readonly entropy: Entropy;
  readonly binding: Binding;
};

/** What two parties have after a handshake, and nobody else. */
export type PairKeys = {
  /** 32 bytes that name this meeting of this pair. Told in clear when a broken link is replaced. */
  readonly id: Uint8Array;
  /** What the two draw alike. Fresh in every meeting. */
  readonly seed: MeetingSeed;
  readonly sending: LaneKeys;
  readonly receiving: LaneKeys;
};

export type Join = {
  readonly id: Uint8Array;
  readonly digest: Uint8Array;
  readonly from: PartyIndex;
  readonly to: PartyIndex;
  readonly binding: Binding;
  readonly publicKey: Uint8Array;
  readonly half: Uint8Array;
};

const label = "unseen parties 1";
const magicOf = (letter: string) => Uint8Array.from(`unseen1${letter}`, (one) => one.charCodeAt(0));
const magic = { join: magicOf("J"), welcome: magicOf("W"), confirm: magicOf("C") };
const lengths = { join: 8 + 32 + 32 + 3 + 32 + 32, welcome: 8 + 32 + 32 + 64, confirm: 8 + 64 };
const bindings: readonly Binding[] = ["nothing", "identities"];

/** Longer than every message of a handshake. */
export const handshakeBytesAtMost = 256;

/** Reads the first message of a stranger. Undefined if it is no join. Never throws. */
export function readJoin(bytes: Uint8Array): Join | undefined {
  const parts = partsOf(bytes, "join", [32, 32, 1, 1, 1, 32, 32]);
  if (parts === undefined) return undefined;
  const [id, digest, from, to, bound, publicKey, half] = parts as [...typeof parts] & { length: 7 };
  const binding = bindings[bound![0]!];
  if (binding === undefined) return undefined;
  return {
    id: id!,
    digest: digest!,
    from: from![0]!,
    to: to![0]!,
    binding,
    publicKey: publicKey!,
    half: half!,
  };
}

/** Begins as the dialer: the join to send, and what to do with the welcome. */
export function dial(meeting: Meeting): {
  readonly join: Uint8Array;
  finish(
    welcome: Uint8Array,
  ): Result<{ readonly confirm: Uint8Array; readonly keys: PairKeys }, ChannelFailure>;
} {
  const { computation, me, them, identity, binding } = meeting;
  const exchange = freshKeyExchange(meeting.entropy);
  const digest = digestOfComputation(computation);
  const place = Uint8Array.of(me, them, bindings.indexOf(binding));
  const { publicKey } = identity;
  const join = joined(magic.join, computation.id, digest, place, publicKey, exchange.publicHalf);
  return {
    join,
    finish(welcome) {
      const parts = partsOf(welcome, "welcome", [32, 32, 64]);
      if (parts === undefined) return malformed(them);
      const [theirKey, theirHalf, signature] = parts;
      const transcript = transcriptOf(digest, place, publicKey, exchange.publicHalf, theirKey!, theirHalf!);
      const refusal = refusalOf(meeting, theirKey!, digestOf(`${label}, host`, transcript), signature!);
      if (refusal !== undefined) return err(refusal);
      const secret = agree(exchange, theirHalf!);
      if (secret === undefined) return malformed(them);
      const mine = sign(identity, digestOf(`${label}, dialer`, transcript));
      const keys = keysOf(secret, transcript, me < them);
      return ok({ confirm: joined(magic.confirm, mine), keys });
    },
  };
}

/** Answers a join as the host: the welcome to send, and what to do with the confirmation. */
export function host(
  meeting: Meeting,
  join: Join,
): Result<
  { readonly welcome: Uint8Array; finish(confirm: Uint8Array): Result<PairKeys, ChannelFailure> },
  ChannelFailure
> {
  const { computation, me, them, identity, binding } = meeting;
  const digest = digestOfComputation(computation);
  if (join.to !== me || join.from !== them) return refused(them, "sits at another place than was agreed");
  if (!equalConstantTime(join.id, computation.id) || !equalConstantTime(join.digest, digest))
    return refused(them, "takes part in another computation than this");
  if (join.binding !== binding) return refused(them, "came by another way than it says");
  if (fingerprintOf(join.publicKey) !== computation.parties[them]) return refused(them, notAgreed);
  const exchange = freshKeyExchange(meeting.entropy);
  const place = Uint8Array.of(them, me, bindings.indexOf(binding));
  const { publicHalf } = exchange;
  const transcript = transcriptOf(digest, place, join.publicKey, join.half, identity.publicKey, publicHalf);
  const secret = agree(exchange, join.half);
  if (secret === undefined) return malformed(them);
  const mine = sign(identity, digestOf(`${label}, host`, transcript));
  return ok({
    welcome: joined(magic.welcome, identity.publicKey, publicHalf, mine),
    finish(confirm) {
      const parts = partsOf(confirm, "confirm", [64]);
      if (parts === undefined) return malformed(them);
      const signed = digestOf(`${label}, dialer`, transcript);
      const refusal = refusalOf(meeting, join.publicKey, signed, parts[0]!);
      return refusal === undefined ? ok(keysOf(secret, transcript, me < them)) : err(refusal);
    },
  });
}

const notAgreed = "its fingerprint is not the one agreed";

function refusalOf(
  { computation, them }: Meeting,
  key: Uint8Array,
  signed: Uint8Array,
  signature: Uint8Array,
): ChannelFailure | undefined {
  if (fingerprintOf(key) !== computation.parties[them]) return refused(them, notAgreed).problem;
  if (!isSignedBy(key, signed, signature))
    return refused(them, "its signature is not for this meeting").problem;
  return undefined;
}

function transcriptOf(
  digest: Uint8Array,
  place: Uint8Array,
  dialerKey: Uint8Array,
  dialerHalf: Uint8Array,
  hostKey: Uint8Array,
  hostHalf: Uint8Array,
): Uint8Array {
  return digestOf(`${label}, transcript`, digest, place, dialerKey, hostKey, dialerHalf, hostHalf);
}

function keysOf(secret: Secret<Uint8Array>, transcript: Uint8Array, isLower: boolean): PairKeys {
  const lanes = (from: string): LaneKeys => ({
    data: deriveSeed(secret, `${label}, data from the ${from} party`, transcript),
    control: deriveSeed(secret, `${label}, control from the ${from} party`, transcript),
  });
  const [lower, higher] = [lanes("lower"), lanes("higher")];
  return {
    id: digestOf(`${label}, session`, transcript),
    seed: new MeetingSeed(deriveSeed(secret, `${label}, masks`, transcript)),
    sending: isLower ? lower : higher,
    receiving: isLower ? higher : lower,
  };
}

function refused(party: PartyIndex, rule: string) {
  return err(new ChannelFailure("identity", party, `party ${party}: ${rule}`));
}

function malformed(party: PartyIndex) {
  return err(new ChannelFailure("malformed", party, `party ${party}: what it says to join is malformed`));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Copies of the parts behind the magic, or undefined if the message is not of its kind and length. */
function partsOf(
  bytes: Uint8Array,
  kind: keyof typeof lengths,
  sizes: readonly number[],
): readonly Uint8Array[] | undefined {
  if (bytes.length !== lengths[kind] || !equalConstantTime(bytes.subarray(0, 8), magic[kind]))
    return undefined;
  let at = 8;
  return sizes.map((size) => {
    at += size;
    return bytes.slice(at - size, at);
  });
}
