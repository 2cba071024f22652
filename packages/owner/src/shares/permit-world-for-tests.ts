// Three owners at one table, each with a home, rows, permits and a chain of its own.

import { type Clock, ok, platformEntropy, type Result, Secret } from "@unseen/base";
import { freshIdentity } from "@unseen/crypto";
import { type Card, type Expression, type Program, programOf } from "@unseen/program";
import {
  type AskedColumns,
  type AskedComputation,
  type AskedParties,
  type ReviewedProgram,
  reviewedProgram,
  type SentRun,
} from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import { BudgetPolicy } from "../ledger/index.ts";
import { everybodyAllowed, Table } from "../peers/table-for-tests.ts";
import type { ColumnEngine } from "../questions/index.ts";
import { digestOfReviewed, type PermitWish, SharePermits } from "../share-permits/index.ts";
import { testHome } from "../store/home-for-tests.ts";
import { ComputingRoom, computeOnShares, HeldShares, type SharingPorts, shareColumns } from "./index.ts";

export const entropy = platformEntropy(globalThis.crypto);
export const [ada, mallory] = ["ada", "mallory"].map(
  (name) => ({ id: `acct_${name}`, name, role: "researcher" }) as unknown as Caller,
) as [Caller, Caller];

export type PermittingOwner = SharingPorts & {
  readonly permits: SharePermits;
  readonly policy: BudgetPolicy;
  readonly home: ReturnType<typeof testHome>;
  reads: number;
};

export type Told<T> = readonly Result<T, { readonly code: string }>[];

/** `rows` by owner; each registers them as "clinic" under its own card. */
export function permitWorld(
  rows: readonly ReadonlyMap<string, Float64Array>[],
  cards: readonly Card[],
  protocol: AskedParties["protocol"] = "replicated",
) {
  const table = new Table();
  const time = { nowMs: 1_800_000_000_000 };
  const clock: Clock = { nowMs: () => time.nowMs };
  const owners = rows.map((own, at): PermittingOwner => {
    const home = testHome();
    const { store } = home;
    const policy = new BudgetPolicy({ store, clock });
    const permits = new SharePermits({ store, clock, entropy, policy });
    const columns: ColumnEngine = {
      permittedColumns: async (_, mostRows, permitted) => {
        owner.reads += 1;
        return ok(Secret.of(permitted.columns.map((name) => own.get(name)!.slice(0, mostRows))));
      },
    };
    const card = cards[at % cards.length]!;
    const peopleCount = [...own.values()][0]!.length;
    const owner: PermittingOwner = {
      home,
      policy,
      permits,
      reads: 0,
      columns,
      questions: {
        datasets: {
          find: async (name) =>
            name === card.name ? { card, snapshot: "first rows", peopleCount } : undefined,
          all: async () => [],
        },
        clock,
        slots: { next: async () => undefined },
      },
      party: {
        identity: freshIdentity(entropy),
        allowed: { find: everybodyAllowed },
        meet: table.meet,
        shares: new HeldShares(),
        room: new ComputingRoom(),
        clock,
        permits,
      },
    };
    return owner;
  });
  const fingerprints = owners.map(({ party }) => party.identity.fingerprint);
  const parties: AskedParties = { protocol, fingerprints };
  const fresh = () => entropy.fill(new Uint8Array(32));
  const issue = (at = 0, more: Partial<PermitWish> = {}) =>
    owners[at]!.permits.issue({
      account: ada.id,
      dataset: "clinic",
      snapshot: "first rows",
      columns: ["bp"],
      protocol,
      parties: fingerprints,
      untilMs: time.nowMs + 1_000,
      ...more,
    });
  const share = (more: Partial<AskedColumns> = {}, caller = ada) => {
    const names = { objectId: "x", owner: fingerprints[0]!, dataset: "clinic", columns: ["bp"] };
    const asked = { id: fresh(), parties, ...names, ...more };
    return Promise.all(owners.map((owner) => shareColumns(owner, caller, asked)));
  };
  const compute = (program: Program, more: Partial<AskedComputation> = {}, caller = ada) => {
    const asked = { id: fresh(), parties, program, keepAs: undefined, mask: [], ...more };
    return Promise.all(owners.map(({ party }) => computeOnShares(party, caller, asked)));
  };
  /** As the owners of the columns would be given the program; `x` is the first owner's. */
  const forReview = (
    program: Program,
    sources: Readonly<Record<string, { readonly at: number; readonly columns: readonly string[] }>> = {
      x: { at: 0, columns: ["bp"] },
    },
  ): ReviewedProgram =>
    reviewedProgram(program, (name) => {
      const source = sources[name];
      return source && { owner: fingerprints[source.at]!, dataset: "clinic", columns: source.columns };
    })!;
  const review = async (permit: { readonly id: string }, program: ReviewedProgram, at = 0) =>
    wholeOf(await owners[at]!.permits.review(permit.id, digestOfReviewed(program), "as read"));
  return {
    table,
    time,
    owners,
    parties,
    issue,
    share,
    compute,
    forReview,
    review,
    [Symbol.dispose]: () => {
      for (const { home } of owners) home[Symbol.dispose]();
    },
  };
}

export function wholeOf<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.value;
}

export const codesOf = (told: Told<unknown>) => told.map((one) => (one.ok ? "ok" : one.problem.code));

/** What the asker makes of the parts. */
export function opened(told: readonly Result<SentRun, unknown>[], fractionBits = 0): number[] {
  const parts = told.map((one) => wholeOf(one).summand!);
  return [...parts[0]!].map((_, at) => {
    const sum = parts.reduce((total, one) => total + one[at]!, 0n);
    return Number(BigInt.asIntN(64, sum)) / 2 ** fractionBits;
  });
}

export function shared(name: string, shape: readonly number[]): Expression {
  return { node: { kind: "input", name, shape } };
}

export function operation(name: string, inputs: readonly Expression[], attributes = {}): Expression {
  return { node: { kind: "operation", operation: name, inputs, attributes } };
}

export function programOn(output: Expression): Program {
  return wholeOf(programOf([output]));
}
