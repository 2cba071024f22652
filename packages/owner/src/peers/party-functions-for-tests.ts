// What the tests of the launcher run at each party.

import type { LaunchedParty } from "./launch-for-tests.ts";

/** Each sends its number and the argument to everybody, and adds up what it hears. */
export async function addUp({ me, channels, seeds }: LaunchedParty, argument: number) {
  for (const channel of channels) channel?.send(Uint8Array.of(me, argument));
  const heard = await Promise.all(channels.map((channel) => channel?.receive(2)));
  const sum = heard.reduce((total, message) => total + (message?.[1] ?? argument), 0);
  return { sum, seeds: seeds.map((seed) => seed && Buffer.from(seed.take("a test")).toString("hex")) };
}

export async function failAtTwo({ me, channels }: LaunchedParty) {
  if (me === 2) throw new Error("the disk is full");
  await channels[2]!.receive(1);
}
