// Parties in one process, for tests: channels that hand bytes over.

import { RingMemory } from "@unseen/compute";
import type { Channel, PartyIndex } from "../session/channel.ts";
import { ChannelFailure } from "../session/channel.ts";
import { Session } from "../session/session.ts";

/** Changes, holds back or drops what one party sends another; undefined drops it. */
export type Meddle = (from: PartyIndex, to: PartyIndex, message: Uint8Array) => Uint8Array | undefined;

export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function channelsInMemory(parties: number, meddle?: Meddle): (Channel | undefined)[][] {
  const queues = Array.from({ length: parties }, () => Array.from({ length: parties }, () => new Queue()));
  return queues.map((_, me) =>
    queues.map((__, other): Channel | undefined => {
      if (me === other) return undefined;
      const [outgoing, incoming] = [queues[me]![other]!, queues[other]![me]!];
      return {
        send(message) {
          const sent = meddle === undefined ? message : meddle(me, other, message);
          if (sent !== undefined) outgoing.put(Uint8Array.from(sent));
        },
        async receive(lengthAtMost) {
          const message = await incoming.take();
          if (message === undefined) throw new ChannelFailure("closed", other, `party ${other} left`);
          if (message.length > lengthAtMost)
            throw new ChannelFailure("too-large", other, `party ${other} sent too much`);
          return message;
        },
        close() {
          outgoing.end();
          incoming.end();
        },
      };
    }),
  );
}

class Queue {
  readonly #messages: Uint8Array<ArrayBuffer>[] = [];
  readonly #waiting: ((message: Uint8Array<ArrayBuffer> | undefined) => void)[] = [];
  #isOver = false;

  put(message: Uint8Array<ArrayBuffer>): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#messages.push(message);
    else waiting(message);
  }

  take(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const message = this.#messages.shift();
    if (message !== undefined || this.#isOver) return Promise.resolve(message);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  end(): void {
    this.#isOver = true;
    for (const waiting of this.#waiting.splice(0)) waiting(undefined);
  }
}

/** Sessions of parties that share this process, each with a memory of its own. */
export async function sessionsInMemory(
  parties: number,
  options: { readonly mebibytes?: number; readonly meddle?: Meddle } = {},
): Promise<readonly Session[]> {
  const channels = channelsInMemory(parties, options.meddle);
  return Promise.all(
    channels.map(async (mine, me) => {
      const memory = await RingMemory.open(options.mebibytes ?? 64);
      scribbleOnFreed(memory);
      return new Session({ me, channels: mine, memory, nextTurn });
    }),
  );
}

/** Whoever reads what was freed reads nonsense at once, and not only when somebody else has written there. */
function scribbleOnFreed(memory: RingMemory): void {
  const free = memory.free.bind(memory);
  memory.free = (...places) => {
    for (const place of places) memory.bytes(place).fill(0xa5);
    free(...places);
  };
}
