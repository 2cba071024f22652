// Owners with a third of the same people each, at one table.

import { platformEntropy } from "@unseen/base";
import { freshIdentity } from "@unseen/crypto";
import type { Card } from "@unseen/program";
import type { AskedJointly } from "@unseen/wire";
import { everybodyAllowed, Table } from "../peers/table-for-tests.ts";
import {
  ada,
  clinicCard,
  clinicColumns,
  meanBp,
  OracleEngine,
  questionPorts,
} from "../questions/questions-for-tests.ts";
import { noPermits } from "../share-permits/no-permits-for-tests.ts";
import { ComputingRoom, HeldShares } from "../shares/index.ts";
import { testHome } from "../store/home-for-tests.ts";
import { answerJointly } from "./answer-jointly.ts";
import type { JointPorts } from "./joint-ports.ts";
import { NoisedBook } from "./noised-book.ts";

const entropy = platformEntropy(globalThis.crypto);

export type OwnerHere = { readonly ports: JointPorts; readonly engine: OracleEngine };

export async function jointWorld(count = 3, cards: readonly Card[] = [], honestOwnersAtMost = 1) {
  const table = new Table();
  const homes = Array.from({ length: count }, () => testHome());
  const owners: OwnerHere[] = await Promise.all(
    homes.map(async (home, at) => {
      const engine = new OracleEngine(
        new Map([...clinicColumns].map(([name, all]) => [name, all.filter((_, row) => row % count === at)])),
      );
      const party = {
        identity: freshIdentity(entropy),
        allowed: { find: everybodyAllowed },
        meet: table.meet,
        shares: new HeldShares(),
        room: new ComputingRoom(),
        clock: { nowMs: () => 1_800_000_000_000 },
        permits: noPermits,
      };
      const questions = await questionPorts(home.store, engine, cards[at] ?? clinicCard);
      return { engine, ports: { questions, party, book: new NoisedBook(home.store), honestOwnersAtMost } };
    }),
  );
  const asking = (more: Partial<AskedJointly> = {}): AskedJointly => ({
    askId: "ask-00001",
    computationId: entropy.fill(new Uint8Array(32)),
    again: false,
    kind: "sum",
    owners: owners.map(({ ports }) => ({ fingerprint: ports.party.identity.fingerprint, dataset: "clinic" })),
    provider: undefined,
    honestOwners: 1,
    facts: {
      columns: [
        { name: "bp", least: 60, greatest: 140, whole: false, categories: [] },
        { name: "sex", least: 0, greatest: 1, whole: true, categories: ["f", "m"] },
      ],
      mostRowsEach: 1,
      rows: { least: 30, greatest: 3_000 },
    },
    program: meanBp,
    offer: { epsilon: "1" },
    ...more,
  });
  /** The same ask to every owner, or one of its own to each. */
  const ask = (asked: AskedJointly | ((at: number) => AskedJointly | undefined)) =>
    Promise.all(
      owners.map(async ({ ports }, at) => {
        const mine = typeof asked === "function" ? asked(at) : asked;
        return mine === undefined ? undefined : answerJointly(ports, ada, mine);
      }),
    );
  const spent = () =>
    Promise.all(
      owners.map(async ({ ports }) => (await ports.questions.ledger.budget("clinic")).spent.epsilon),
    );
  return {
    table,
    owners,
    asking,
    ask,
    spent,
    [Symbol.dispose]: () => {
      for (const home of homes) home[Symbol.dispose]();
    },
  };
}
