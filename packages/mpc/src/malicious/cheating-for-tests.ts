// Runs with a party whose messages are changed on their way: what each party ended with.

import { Shared, type SharedBits } from "../protocol/shared.ts";
import type { PartyIndex } from "../session/channel.ts";
import type { Session } from "../session/session.ts";
import { type Meddle, sessionsInMemory } from "../testing/in-memory.ts";
import { seedsOf } from "../testing/protocols.ts";
import { Verified } from "./verified.ts";

export type Scene = {
  readonly name: string;
  /** Computed from two columns that parties 0 and 1 shared. */
  run(p: Verified, x: Shared, y: Shared): Promise<Shared | SharedBits>;
};

export type Outcome = { readonly words: readonly bigint[] } | { readonly why: unknown };

/** A change to one message; `earlier` are the sender's before, `received` what it was sent. */
export type Change = (
  message: Uint8Array,
  earlier: readonly Uint8Array[],
  received: readonly Uint8Array[],
) => Uint8Array;

export type Run = {
  readonly outcomes: readonly Outcome[];
  readonly messages: readonly Uint8Array[];
  readonly hasChanged: boolean;
};

type Maker = new (...options: ConstructorParameters<typeof Verified>) => Verified;

/**
 * Runs a scene. Message `at` of the cheater, counted from when the inputs are shared, is changed; -1 changes none. Its
 * messages are reported.
 */
export async function played(
  scene: Scene,
  inputs: readonly [readonly bigint[], readonly bigint[]],
  cheater: PartyIndex,
  at: number,
  change: Change,
  Made: Maker = Verified,
): Promise<Run> {
  const messages: Uint8Array[] = [];
  const received: Uint8Array[] = [];
  let [isStarted, hasChanged] = [false, false];
  const meddle: Meddle = (from, to, message) => {
    if (to === cheater) received.push(Uint8Array.from(message));
    if (from !== cheater || !isStarted) return message;
    const original = Uint8Array.from(message);
    messages.push(original);
    if (messages.length - 1 !== at) return message;
    const changed = change(Uint8Array.from(original), messages.slice(0, -1), received);
    hasChanged =
      changed.length !== original.length || changed.some((byte, index) => byte !== original[index]);
    return changed;
  };
  const sessions = await sessionsInMemory(3, { mebibytes: 8, meddle });
  const outcomes = await Promise.all(
    sessions.map(async (session: Session): Promise<Outcome> => {
      try {
        const p = new Made(session, seedsOf(session.me));
        const shares: Shared[] = [];
        for (const [from, words] of inputs.entries()) {
          const mine = session.memory.columnOf(BigUint64Array.from(words));
          shares.push(await p.share(from, words.length, session.me === from ? mine : undefined));
        }
        isStarted ||= session.me === cheater;
        const result = await scene.run(p, shares[0]!, shares[1]!);
        const opened = result instanceof Shared ? await p.openToEveryone(result) : await p.openBits(result);
        return { words: [...session.memory.words(opened)] };
      } catch (why) {
        session.fail(why);
        return { why };
      }
    }),
  );
  return { outcomes, messages, hasChanged };
}
