// The permits that an owner gave for columns to become shares, and the programs that it reviewed under each. In the home, so
// that who opens its files decides; every decision is an entry of the ledger's chain too.

import {
  type Clock,
  type Entropy,
  err,
  invariant,
  ok,
  type Problem,
  problem,
  type Result,
} from "@unseen/base";
import { type Fingerprint, parseFingerprint } from "@unseen/crypto";
import type { SharesProtocol } from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import type { LedgerPolicy, SharesDecision } from "../ledger/index.ts";
import { queries, type Store } from "../store/index.ts";
import { type Permitted, permittedBy, type SharePermit } from "./share-permit.ts";

export type PermitWish = Omit<SharePermit, "id" | "issuedAtMs" | "revokedAtMs">;

export type AskedToShare = {
  readonly dataset: string;
  readonly snapshot: string;
  readonly columns: readonly string[];
  readonly protocol: SharesProtocol;
  readonly parties: readonly Fingerprint[];
};

export class SharePermits {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #entropy: Entropy;
  readonly #policy: Pick<LedgerPolicy, "note">;

  constructor(ports: {
    readonly store: Store;
    readonly clock: Clock;
    readonly entropy: Entropy;
    readonly policy: Pick<LedgerPolicy, "note">;
  }) {
    this.#store = ports.store;
    this.#clock = ports.clock;
    this.#entropy = ports.entropy;
    this.#policy = ports.policy;
  }

  /** Lets an account have columns become shares. Nothing may be opened yet: `review` lets a program's result be. */
  async issue(wish: PermitWish): Promise<SharePermit> {
    invariant(wish.untilMs > this.#clock.nowMs(), "a permit ends in the future");
    invariant(wish.columns.length > 0 && wish.parties.length >= 3, "a permit names columns and parties");
    const id = `spm_${Buffer.from(this.#entropy.fill(new Uint8Array(12))).toString("hex")}`;
    const permit = { ...wish, id, issuedAtMs: this.#clock.nowMs(), revokedAtMs: undefined };
    await this.#note(permit, "permitted", permit.columns.join(", "));
    await this.#store.write(() => {
      this.#store.all(
        queries.insertInto("share_permits").values({
          id,
          account: permit.account,
          dataset: permit.dataset,
          snapshot: permit.snapshot,
          columns: JSON.stringify(permit.columns),
          protocol: permit.protocol,
          parties: JSON.stringify(permit.parties),
          until_ms: BigInt(permit.untilMs),
          issued_at_ms: BigInt(permit.issuedAtMs),
          revoked_at_ms: null,
        }),
      );
    });
    return permit;
  }

  /** Oldest first, those that ended too. */
  all(): readonly SharePermit[] {
    const rows = this.#store.all(
      queries.selectFrom("share_permits").selectAll().orderBy("issued_at_ms").orderBy("id"),
    );
    return rows.map(({ columns, parties, protocol, ...row }) => ({
      id: row.id,
      account: row.account,
      dataset: row.dataset,
      snapshot: row.snapshot,
      columns: JSON.parse(columns) as readonly string[],
      protocol: protocol as SharesProtocol,
      parties: (JSON.parse(parties) as readonly string[]).flatMap((one) => parseFingerprint(one) ?? []),
      untilMs: Number(row.until_ms),
      issuedAtMs: Number(row.issued_at_ms),
      revokedAtMs: row.revoked_at_ms === null ? undefined : Number(row.revoked_at_ms),
    }));
  }

  /**
   * Lets the result of a program be opened to the permit's account, exactly as it comes out: **without noise, so without any
   * guarantee of differential privacy**. @param text what was read by the person who decides; it is kept
   */
  async review(id: string, digest: string, text: string): Promise<Result<SharePermit, Problem>> {
    const permit = this.#standing(id);
    if (!permit.ok) return permit;
    await this.#note(permit.value, "reviewed", digest);
    const row = { permit: id, digest, text, reviewed_at_ms: BigInt(this.#clock.nowMs()) };
    await this.#store.write(() => {
      const insert = queries.insertInto("share_programs").values(row);
      this.#store.all(insert.onConflict((clash) => clash.doNothing()));
    });
    return permit;
  }

  /** The digests and texts of what was reviewed under a permit. */
  reviewed(id: string): readonly { readonly digest: string; readonly text: string }[] {
    return this.#store.all(
      queries.selectFrom("share_programs").select(["digest", "text"]).where("permit", "=", id),
    );
  }

  /** From now on nothing is shared or opened under it. What was opened is known. */
  async revoke(id: string): Promise<Result<SharePermit, Problem>> {
    const permit = this.#standing(id);
    if (!permit.ok) return permit;
    await this.#note(permit.value, "revoked", "");
    const at = BigInt(this.#clock.nowMs());
    await this.#store.write(() => {
      this.#store.all(queries.updateTable("share_permits").set({ revoked_at_ms: at }).where("id", "=", id));
    });
    return permit;
  }

  /** Whether these columns may become shares among these parties for this account, now. Of several permits the newest. */
  permitted(caller: Caller, asked: AskedToShare): Result<Permitted, Problem> {
    const permit = this.all().findLast(
      (one) =>
        this.#isStanding(one) &&
        one.account === caller.id &&
        one.dataset === asked.dataset &&
        one.snapshot === asked.snapshot &&
        isSameGroup(one, asked) &&
        asked.columns.every((column) => one.columns.includes(column)),
    );
    if (permit === undefined) return err(notPermitted());
    return ok(permittedBy(permit, asked.columns));
  }

  /** Whether the result of the program with this digest may be opened to this account, over shares made under the permit. */
  letsOpen(
    id: string,
    caller: Caller,
    digest: string,
    among: Pick<AskedToShare, "protocol" | "parties">,
  ): boolean {
    const permit = this.all().find((one) => one.id === id);
    return (
      permit !== undefined &&
      this.#isStanding(permit) &&
      permit.account === caller.id &&
      isSameGroup(permit, among) &&
      this.reviewed(id).some((one) => one.digest === digest)
    );
  }

  /** Durable before it resolves: what is done under a permit is written down first. */
  noteUse(
    { id, dataset }: Pick<SharePermit, "id" | "dataset">,
    caller: Caller,
    what: "shared" | "opened",
    of: string,
  ) {
    return this.#policy.note(dataset, { what, permit: id, asker: caller.id, of });
  }

  #note({ id, dataset, account }: SharePermit, what: SharesDecision["what"], of: string): Promise<void> {
    return this.#policy.note(dataset, { what, permit: id, asker: account, of });
  }

  #isStanding({ untilMs, revokedAtMs }: SharePermit): boolean {
    return revokedAtMs === undefined && this.#clock.nowMs() < untilMs;
  }

  #standing(id: string): Result<SharePermit, Problem> {
    const permit = this.all().find((one) => one.id === id);
    if (permit !== undefined && this.#isStanding(permit)) return ok(permit);
    return err(
      problem("sharing-not-permitted", "there is no permit of this name that still stands", {
        hint: "`unseen permits list` shows them",
      }),
    );
  }
}

function isSameGroup(
  one: Pick<AskedToShare, "protocol" | "parties">,
  other: Pick<AskedToShare, "protocol" | "parties">,
): boolean {
  if (one.protocol !== other.protocol || one.parties.length !== other.parties.length) return false;
  if (one.protocol === "provider" && one.parties.at(-1) !== other.parties.at(-1)) return false;
  return one.parties.every((party) => other.parties.includes(party));
}

/** The same words whatever is missing: whose permits there are is between the owner and each account. */
function notPermitted(): Problem<"sharing-not-permitted"> {
  return problem(
    "sharing-not-permitted",
    "the owner of the dataset has given you no permit that covers these columns, among these parties, with this protocol, today",
    {
      hint: "the owner gives one with: unseen permits issue DATASET --to USER --columns NAMES --among PEERS",
    },
  );
}
