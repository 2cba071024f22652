// Every protocol with as many parties as it takes, for the suites that all of them pass.

import { Clear } from "../clear/clear.ts";
import type { Protocol } from "../protocol/protocol.ts";
import { Replicated } from "../replicated/replicated.ts";
import type { Session } from "../session/session.ts";
import { type Meddle, sessionsInMemory } from "./in-memory.ts";

export type ProtocolUnderTest = {
  readonly name: string;
  readonly parties: number;
  open(sessions: readonly Session[]): readonly Protocol[];
};

export const protocolsUnderTest: readonly ProtocolUnderTest[] = [
  { name: "clear", parties: 2, open: (sessions) => sessions.map((session) => new Clear(session)) },
  {
    name: "replicated",
    parties: 3,
    open: (sessions) => sessions.map((session) => new Replicated(session, seedsOf(session.me))),
  },
];

/** Known seeds: what is tested is not their secrecy. */
function seedsOf(me: number): { withPrevious: Uint8Array; withNext: Uint8Array } {
  const seed = (summand: number) => new Uint8Array(32).fill(1 + summand);
  return { withPrevious: seed(me), withNext: seed((me + 1) % 3) };
}

/** Runs the same code at every party. */
export async function together<T>(
  { parties, open }: ProtocolUnderTest,
  code: (protocol: Protocol) => Promise<T>,
  options: { readonly meddle?: Meddle; readonly mebibytes?: number } = {},
): Promise<readonly T[]> {
  const sessions = await sessionsInMemory(parties, options);
  return Promise.all(open(sessions).map(code));
}
