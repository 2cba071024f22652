// What all three parties run, the tab like those under Node: products and a comparison of numbers that each brought.

import { RingMemory } from "@unseen/compute";
import { compare, type Peers, Replicated, Session } from "@unseen/mpc";

/** A turn of the event loop, in a tab and under Node. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/** Party p brings p + 1, ten times that, and -5. Gives party 0's by party 1's, and whether party 0's are below party 2's. */
export async function computeTogether(me: number, peers: Peers): Promise<readonly string[]> {
  const memory = await RingMemory.open(64);
  const channels = [0, 1, 2].map((party) => peers.get(party)?.channel);
  const session = new Session({ me, channels, memory, nextTurn });
  const seedOf = (party: number) => peers.get(party % 3)!.seed.take("masks");
  const protocol = new Replicated(session, { withPrevious: seedOf(me + 2), withNext: seedOf(me + 1) });
  const brought = BigUint64Array.of(BigInt(me + 1), BigInt(10 * (me + 1)), BigInt.asUintN(64, -5n));
  const shared = [];
  for (const from of [0, 1, 2])
    shared.push(await protocol.share(from, 3, from === me ? memory.columnOf(brought) : undefined));
  const [zero, one, two] = shared;
  const [product, isLess] = await Promise.all([
    protocol.multiply(zero!, one!),
    compare(protocol, "less", zero!, two!, 64),
  ]);
  const opened = [product, await protocol.fromBit(isLess)].map((each) => protocol.openToEveryone(each));
  const columns = await Promise.all(opened);
  return columns.flatMap((column) => [...memory.words(column)].map(String));
}
