// One owner's house as a process of its own, which can be told to kill itself before it sends its n-th message to another owner.

import { platformEntropy } from "@unseen/base";
import { openOwner, serveNode } from "@unseen/owner";
import { wholeOf } from "./shares-world.ts";

export type OwnerTask = {
  readonly home: string;
  readonly name: string;
  readonly joinMs: number;
  /** Counted from 0 in each meeting; left out: it lives. */
  readonly diesBeforeMessage?: number;
};
export type OwnerSaid = { readonly url: string; readonly peersUrl: string };

// Whoever started it may be gone.
process.on("disconnect", () => process.exit(1));

process.once("message", async (task: OwnerTask) => {
  const { home, name, joinMs, diesBeforeMessage } = task;
  const owner = wholeOf(
    await openOwner({
      home,
      name,
      clock: { nowMs: () => Date.now() },
      entropy: platformEntropy(globalThis.crypto),
      slotMs: 0,
      peers: { host: "127.0.0.1", port: 0, joinMs },
    }),
  );
  if (diesBeforeMessage !== undefined) {
    const { party } = owner.node.joint!;
    const { meet } = party;
    const doomed: typeof meet = async (gathering) => {
      const met = await meet(gathering);
      if (!met.ok) return met;
      let sent = 0;
      for (const { channel } of met.value.values()) {
        const send = channel.send.bind(channel);
        channel.send = (bytes) => {
          if (sent === diesBeforeMessage) process.kill(process.pid, "SIGKILL");
          sent += 1;
          send(bytes);
        };
      }
      return met;
    };
    Object.assign(party, { meet: doomed });
  }
  const serving = wholeOf(await serveNode(owner.node, { host: "127.0.0.1", port: 0 }));
  process.send!({ url: serving.url, peersUrl: owner.peersUrl! } satisfies OwnerSaid);
});
