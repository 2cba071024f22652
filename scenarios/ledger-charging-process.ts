// A real process that charges until it is killed, or until the budget is gone. Told its home, its asker and
// how many asks it keeps open at once, it prints "ready", waits for a line on its input, then charges and
// prints the id of each ask as soon as the ledger said that it is paid. Told "joined", it charges every other ask to
// two datasets. It ends at the first refusal, or when whoever started it is gone.

import { createInterface } from "node:readline";
import { platformEntropy } from "../packages/base/src/index.ts";
import { chargeOf, openLedger } from "../packages/owner/src/ledger/ledger-for-tests.ts";
import { openHome } from "../packages/owner/src/store/index.ts";

const [directory = "", asker = "", atOnce = "1", ids = "own"] = process.argv.slice(2);
const alone = ["diabetes"] as const;
const joined = ["visits", "diabetes"] as const;
const input = createInterface({ input: process.stdin });
const lines = input[Symbol.asyncIterator]();
process.stdout.write("ready\n");
await lines.next();
input.on("close", () => process.exit());

const home = openHome(directory, { entropy: platformEntropy(globalThis.crypto) });
if (!home.ok) throw new Error(home.problem.message, { cause: home.problem });
const { ledger } = openLedger(home.value.store);

for (let n = 0; ; n += Number(atOnce)) {
  const asks = Array.from({ length: Number(atOnce) }, async (_, at) => {
    const askId = ids === "shared" ? `shared-${n + at}` : `${asker}-${n + at}`;
    const datasets = ids === "joined" && at % 2 === 0 ? joined : alone;
    const paid = await ledger.charge(
      chargeOf({ asker: ids === "shared" ? "ada" : asker, askId, datasets, epsilon: 1_000n }),
    );
    process.stdout.write(
      `${paid.ok ? `paid ${askId} ${paid.value.serial}` : `refused ${paid.problem.code}`}\n`,
    );
    return paid.ok;
  });
  if ((await Promise.all(asks)).includes(false)) break;
}
home.value.close();
process.exit();
