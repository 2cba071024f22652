// An owner's house as a process of its own, to be killed.

import { platformEntropy } from "@unseen/base";
import { openOwner, serveNode } from "@unseen/owner";
import { valueIn } from "./training-world.ts";

export type ServeTask = { readonly home: string; readonly port: number };

// Whoever started it may be gone.
process.on("disconnect", () => process.exit(1));

process.once("message", async ({ home, port }: ServeTask) => {
  const owner = valueIn(
    await openOwner({
      home,
      clock: { nowMs: () => Date.now() },
      entropy: platformEntropy(globalThis.crypto),
      slotMs: 0,
    }),
  );
  const serving = valueIn(await serveNode(owner.node, { host: "127.0.0.1", port }));
  process.send!(serving.url);
});
