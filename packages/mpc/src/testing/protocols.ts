// Every protocol with as many parties as it takes, for the suites that all of them pass.

import { Clear } from "../clear/clear.ts";
import { Verified } from "../malicious/verified.ts";
import type { Protocol } from "../protocol/protocol.ts";
import { Provided } from "../provider/provided.ts";
import { Replicated } from "../replicated/replicated.ts";
import type { StreamMaker } from "../session/seed-stream.ts";
import type { Session } from "../session/session.ts";
import { type Meddle, sessionsInMemory } from "./in-memory.ts";

export type ProtocolUnderTest = {
  readonly name: string;
  /** All that take part; a provider comes last. */
  readonly parties: number;
  /** How many of them compute, and may be told results: the first. */
  readonly computing: number;
  open(sessions: readonly Session[], streamOf?: StreamMaker): readonly Protocol[];
};

export const protocolsUnderTest: readonly ProtocolUnderTest[] = [
  {
    name: "clear",
    parties: 2,
    computing: 2,
    open: (sessions) => sessions.map((session) => new Clear(session)),
  },
  {
    name: "replicated",
    parties: 3,
    computing: 3,
    open: (sessions, streamOf) =>
      sessions.map((session) => new Replicated(session, seedsOf(session.me), streamOf)),
  },
  {
    name: "verified",
    parties: 3,
    computing: 3,
    open: (sessions, streamOf) =>
      sessions.map((session) => new Verified(session, seedsOf(session.me), streamOf)),
  },
  ...[2, 3].map(
    (computing): ProtocolUnderTest => ({
      name: `provider, ${computing} parties`,
      parties: computing + 1,
      computing,
      open: (sessions, streamOf) =>
        sessions.map((session) => new Provided(session, pairSeedsOf(session.me, computing + 1), streamOf)),
    }),
  ),
];

/** Known seeds: what is tested is not their secrecy. */
export function seedsOf(me: number): { withPrevious: Uint8Array; withNext: Uint8Array } {
  const seed = (summand: number) => new Uint8Array(32).fill(1 + summand);
  return { withPrevious: seed(me), withNext: seed((me + 1) % 3) };
}

function pairSeedsOf(me: number, parties: number): (Uint8Array | undefined)[] {
  return Array.from({ length: parties }, (_, other) =>
    other === me ? undefined : new Uint8Array(32).fill(16 * Math.min(me, other) + Math.max(me, other)),
  );
}

/** Parties that stay for the whole file: opening a memory for every drawn case takes longer than the case. */
const kept = new Map<ProtocolUnderTest, Promise<readonly Protocol[]>>();

/** Runs the same code at every party; what those that compute found, in order. */
export async function together<T>(
  under: ProtocolUnderTest,
  code: (protocol: Protocol) => Promise<T>,
  options: { readonly meddle?: Meddle; readonly mebibytes?: number } = {},
): Promise<readonly T[]> {
  return (await atEveryParty(under, code, options)).slice(0, under.computing);
}

/** A provider's too. Parties whose messages are meddled with, or who failed, serve once. */
export async function atEveryParty<T>(
  under: ProtocolUnderTest,
  code: (protocol: Protocol) => Promise<T>,
  options: { readonly meddle?: Meddle; readonly mebibytes?: number } = {},
): Promise<readonly T[]> {
  const opened = async () => under.open(await sessionsInMemory(under.parties, options));
  if (Object.keys(options).length > 0) return Promise.all((await opened()).map(code));
  const protocols = kept.get(under) ?? opened();
  kept.set(under, protocols);
  try {
    return await Promise.all((await protocols).map(code));
  } catch (why) {
    kept.delete(under);
    throw why;
  }
}
