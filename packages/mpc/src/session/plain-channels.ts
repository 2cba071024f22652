// Channels inside one process, where nobody has to show who they are.

import type { Channel, PartyIndex } from "./channel.ts";
import { noSeal } from "./frame-seal.ts";
import { FramedChannel } from "./framed-channel.ts";
import type { Link } from "./link.ts";
import { memoryLinks } from "./memory-links.ts";
import { type Port, portLink } from "./port-link.ts";
import type { Timers } from "./timers.ts";

type Settings = { readonly timers: Timers; readonly silenceMs: number };

/** For each of `count` parties in one thread, its channels by party; its own place is missing. */
export function memoryChannels(
  count: number,
  settings: Settings,
): readonly ReadonlyMap<PartyIndex, Channel>[] {
  const parties = Array.from({ length: count }, () => new Map<PartyIndex, Channel>());
  for (let one = 0; one < count; one += 1) {
    for (let other = one + 1; other < count; other += 1) {
      const [here, there] = memoryLinks();
      parties[one]!.set(other, plainChannel(here, other, settings));
      parties[other]!.set(one, plainChannel(there, one, settings));
    }
  }
  return parties;
}

/** A channel to the party at the other end of a port: a worker thread, or a worker of a page. */
export function portChannel(port: Port, party: PartyIndex, settings: Settings): Channel {
  return plainChannel(portLink(port), party, settings);
}

function plainChannel(link: Link, party: PartyIndex, { timers, silenceMs }: Settings): FramedChannel {
  const channel = new FramedChannel({ party, seal: noSeal, timers, silenceMs, resumeMs: 0 });
  channel.begin(link);
  return channel;
}
