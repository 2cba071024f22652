import { expect, test } from "vitest";
import { channelContract, failureOf, patterned } from "./channel-contract-for-tests.ts";
import { waitingAtMost } from "./framed-channel.ts";
import { memoryChannels, portChannel } from "./plain-channels.ts";
import { realTimers } from "./timers-for-tests.ts";

channelContract("memory", async ({ silenceMs }) => {
  const [zero, one] = memoryChannels(2, { timers: realTimers, silenceMs });
  return closing(zero!.get(1)!, one!.get(0)!);
});

channelContract("a MessagePort", async ({ silenceMs }) => {
  const { port1, port2 } = new MessageChannel();
  const settings = { timers: realTimers, silenceMs };
  return closing(portChannel(port1, 1, settings), portChannel(port2, 0, settings));
});

type Closed = ReturnType<typeof portChannel>;

function closing(zero: Closed, one: Closed) {
  return {
    zero,
    one,
    close() {
      zero.close();
      one.close();
    },
  };
}

test("every pair of five parties in memory has a channel of its own", async () => {
  const parties = memoryChannels(5, { timers: realTimers, silenceMs: 1_000 });
  for (const [me, channels] of parties.entries()) {
    expect([...channels.keys()]).toEqual([0, 1, 2, 3, 4].filter((party) => party !== me));
    for (const [them, channel] of channels) channel.send(Uint8Array.of(me, them));
  }
  for (const [me, channels] of parties.entries())
    for (const [them, channel] of channels) expect(await channel.receive(2)).toEqual(Uint8Array.of(them, me));
});

test("a party that never reads fails the channel once so much waits for it, and memory does not grow without end", async () => {
  const [zero] = memoryChannels(2, { timers: realTimers, silenceMs: 1_000 });
  const channel = zero!.get(1)!;
  const message = patterned(2 ** 20, 1);
  for (let sent = 0; sent <= waitingAtMost + 2 ** 21; sent += message.length) channel.send(message);
  expect(await failureOf(channel.receive(1))).toMatchObject({ kind: "deadline", party: 1 });
});
