// One party as a process: told its task and its own key, says where it listens, is told who the others are, meets them,
// runs, and reports.

import { platformEntropy, Secret } from "@unseen/base";
import { identityFrom } from "@unseen/crypto";
import { connectParties, listenForPeers, type Party } from "./index.ts";
import type { PartyTask } from "./launch-for-tests.ts";
import { reportOf } from "./party-thread-for-tests.ts";

type Told = PartyTask & { readonly secretKey: Uint8Array; readonly computationId: Uint8Array };

// Whoever started it may be killed; nobody would hear the outcome.
for (const event of ["disconnect", "error"]) process.on(event, () => process.exit(1));

const told = await next<Told>();
const identity = identityFrom(Secret.of(told.secretKey));
const door = await listenForPeers(identity, { host: "127.0.0.1", port: 0 });
process.send!({ url: door.url });
const { parties } = await next<{ readonly parties: readonly Party[] }>();
const report = await reportOf(told, async () => {
  const met = await connectParties({
    identity,
    parties,
    me: told.me,
    computationId: told.computationId,
    computationHash: new Uint8Array(32),
    entropy: platformEntropy(globalThis.crypto),
    door,
    deadlines: told.deadlines,
  });
  if (!met.ok) throw met.problem;
  return (place) => met.value.get(place);
});
process.send!(report, undefined, undefined, () => process.exit(0));

function next<Message>(): Promise<Message> {
  return new Promise((resolve) => {
    process.once("message", (message) => resolve(message as Message));
  });
}
