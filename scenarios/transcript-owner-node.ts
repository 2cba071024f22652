// A whole owner's house for the transcript: accounts, ledger, planner and noise are the real ones, and the
// engine is the slow obvious one that every other must equal, over the real diabetes rows in memory.

import { readFileSync } from "node:fs";
import { platformEntropy } from "@unseen/base";
import { Accounts, ownerAtTheMachine } from "../packages/owner/src/accounts/index.ts";
import { type OwnerNode, Workspaces } from "../packages/owner/src/http/index.ts";
import { BudgetPolicy, sqliteLedger } from "../packages/owner/src/ledger/index.ts";
import { wholeEpsilon } from "../packages/owner/src/ledger/ledger-for-tests.ts";
import { SingleFlight } from "../packages/owner/src/questions/index.ts";
import { cardOf, OracleEngine } from "../packages/owner/src/questions/questions-for-tests.ts";
import type { Home } from "../packages/owner/src/store/index.ts";
import type { TranscriptWorld } from "./transcript.ts";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const card = cardOf(JSON.parse(read("examples/cards/diabetes.json")));
const columns = Object.keys(card.columns);
const [header = "", ...lines] = read("datasets/diabetes.csv").trim().split("\n");
const all = header.split(",");
const values = new Map(
  columns.map((name) => [
    name,
    Float64Array.from(lines, (line) => Number(line.split(",")[all.indexOf(name)])),
  ]),
);

export const researcher = { username: "atrask", password: "a sentence for one researcher" };

/** Opens the house in a fresh home and gives the researcher an account. */
export async function ownerNode(home: Home): Promise<OwnerNode> {
  const entropy = platformEntropy(globalThis.crypto);
  const clock = { nowMs: () => Date.now() };
  const { store, nodeId } = home;
  const accounts = new Accounts({ home, clock, entropy });
  const { username: name, password } = researcher;
  const added = await accounts.add(ownerAtTheMachine(), { name, password, role: "researcher" });
  if (!added.ok) throw new Error(added.problem.message);
  await new BudgetPolicy({ store, clock }).setBudget(card.name, { cap: wholeEpsilon(card.budget.epsilon) });
  const dataset = { card, snapshot: "in memory", peopleCount: lines.length };
  return {
    name: "hospital",
    accounts,
    questions: {
      nodeId,
      datasets: {
        find: async (wanted) => (wanted === card.name ? dataset : undefined),
        all: async () => [dataset],
      },
      ledger: sqliteLedger({ store, clock }),
      engine: new OracleEngine(values),
      entropy,
      clock,
      slots: { next: async () => undefined },
    },
    workspaces: new Workspaces(),
    underway: new SingleFlight(),
  };
}

export const ownerExpectations: Omit<TranscriptWorld, "connect"> = {
  found: [
    "Found 1 results in total.",
    "",
    "Tag Profile:",
    "\t#diabetes found 1",
    "\t#data found 1",
    "\t#medical found 1",
  ].join("\n"),
  description: card.description,
  shape: ["100 to 1000", 11],
  columns,
  tags: card.tags,
  means: { bp: mean("bp"), bmi: mean("bmi") },
};

function mean(name: string): number {
  const data = values.get(name) ?? new Float64Array();
  return data.reduce((sum, value) => sum + value, 0) / data.length;
}
