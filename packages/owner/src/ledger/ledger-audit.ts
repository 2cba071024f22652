// Reads a ledger from its first entry to its last and believes nothing: the chain is hashed again, every line is
// summed again from the entries alone, and every charge is admitted again under the caps of its time. Pure: the
// entries come from a file, a home or a database, and it takes no key and no secret.
//
// What it cannot see by itself: a chain whose end was cut off, or that was written anew from some point. For that,
// somebody must hold a hash from before (a receipt has one), and `heads` must still find it.

import { type Amount, amount } from "./amount.ts";
import { type CountedCharge, nothingAtOrder } from "./at-order.ts";
import { brokenLink, type ChainedEntry, type ChargeEntry, noHash, type PolicyEntry } from "./entry.ts";
import {
  addCharge,
  admits,
  allotmentLine,
  type Line,
  lossOf,
  type Spending,
  spendOn,
  under,
  untouched,
} from "./line.ts";
import { isRaised, readPolicy } from "./policy-event.ts";
import { datasetsOf } from "./receipt.ts";
import { type Price, priceOfCharge } from "./rho.ts";

/** `position` is that of the entry at fault, where there is one. `rule` says what does not hold. */
export type AuditFinding = { readonly position?: bigint; readonly rule: string };

/** A dataset's line as the entries tell it. */
export type AuditedLine = {
  readonly dataset: string;
  line: Line;
  allotment: Amount | undefined;
  renewals: number;
  /** What was charged, those that are alike together: under another cap it may have to be counted again. */
  readonly history: Map<string, CountedCharge>;
  readonly askers: Map<string, { cap: Amount | undefined; spending: Spending }>;
};

export class LedgerAudit {
  #position = 0n;
  #hash = noHash;
  readonly #asks = new Set<string>();
  readonly #answered: boolean[] = [];
  readonly lines = new Map<string, AuditedLine>();
  readonly findings: AuditFinding[] = [];
  #isBroken = false;

  get head(): { readonly position: bigint; readonly hash: string; readonly charges: bigint } {
    return { position: this.#position, hash: this.#hash, charges: BigInt(this.#answered.length) };
  }

  get answers(): number {
    return this.#answered.filter((isAnswered) => isAnswered).length;
  }

  /** Takes the next entry. After a break of the chain nothing further is believed, and nothing further is said. */
  read(next: ChainedEntry): void {
    if (this.#isBroken) return;
    const { position, hash, entry } = next;
    const broken = brokenLink({ position: this.#position, hash: this.#hash }, next);
    if (broken !== undefined) {
      this.#isBroken = true;
      this.#find(position, broken);
      return;
    }
    this.#position = position;
    this.#hash = hash;
    if (entry.kind === "charge") this.#charge(position, entry);
    else if (entry.kind === "answer") this.#answer(position, entry.serial);
    else this.#policy(position, entry);
  }

  loss({ line }: AuditedLine): Amount {
    return lossOf(line);
  }

  #charge(position: bigint, entry: ChargeEntry): void {
    const serial = BigInt(this.#answered.length) + 1n;
    this.#answered.push(false);
    if (entry.serial !== serial) this.#find(position, `charge ${serial} was expected here`);
    const ask = `${entry.asker}\0${entry.askId}`;
    if (this.#asks.has(ask)) this.#find(position, "this ask was charged before");
    this.#asks.add(ask);
    if (entry.epsilon <= 0n || entry.delta < 0n) {
      this.#find(position, "a charge has a price above zero");
      return;
    }
    if (entry.joined === entry.dataset) this.#find(position, "it charges one dataset twice");
    const price = priceOfCharge(entryPrice(entry), entry.event);
    for (const dataset of datasetsOf(entry)) this.#spend(position, dataset, entry.asker, price);
  }

  #spend(position: bigint, dataset: string, asker: string, price: Price): void {
    const audited = this.lines.get(dataset);
    if (audited === undefined) {
      this.#find(position, "it charges a dataset that has no budget");
      return;
    }
    const { line } = audited;
    if (!admits(line, price)) this.#find(position, "it takes the dataset past its cap");
    const own = askerOf(audited, asker);
    const ownLine = allotmentLine(line, own.cap ?? audited.allotment, own.spending);
    if (ownLine !== undefined && !admits(ownLine, price))
      this.#find(position, "it takes the asker past their allotment");
    audited.line = spendOn(line, price);
    own.spending = addCharge(own.spending, price);
    remember(audited, price);
  }

  #answer(position: bigint, serial: bigint): void {
    const at = Number(serial) - 1;
    if (this.#answered[at] === undefined) this.#find(position, "it answers a charge that is not there");
    else if (this.#answered[at]) this.#find(position, "it answers a charge that was answered before");
    else this.#answered[at] = true;
  }

  #policy(position: bigint, { dataset, event }: PolicyEntry): void {
    const decision = readPolicy(event);
    const audited = this.lines.get(dataset);
    if (decision === undefined) {
      this.#find(position, "it is no decision of an owner");
      return;
    }
    if (decision.kind === "shares") return;
    if (decision.kind === "allotment") {
      if (audited === undefined) this.#find(position, "it allots a part of no budget");
      else askerOf(audited, decision.asker).cap = decision.cap;
      return;
    }
    const { cap, allotment, filter } = decision;
    if (audited === undefined) {
      const line: Line = { cap, filter, ...untouched, atOrder: nothingAtOrder };
      const fresh = { dataset, line, allotment, renewals: 0, history: new Map(), askers: new Map() };
      this.lines.set(dataset, fresh);
      return;
    }
    if (isRaised(audited.line.cap, cap)) audited.renewals += 1;
    audited.line = under(audited.line, filter, cap, () => audited.history.values());
    audited.allotment = allotment;
  }

  #find(position: bigint, rule: string): void {
    this.findings.push({ position, rule });
  }
}

function remember({ history }: AuditedLine, { epsilon, delta, event }: Price): void {
  const key = `${epsilon}/${delta} ${event}`;
  history.set(key, { epsilon, delta, event, times: (history.get(key)?.times ?? 0n) + 1n });
}

function askerOf(line: AuditedLine, asker: string) {
  const held = line.askers.get(asker);
  if (held !== undefined) return held;
  const fresh: { cap: Amount | undefined; spending: Spending } = { cap: undefined, spending: untouched };
  line.askers.set(asker, fresh);
  return fresh;
}

function entryPrice({ epsilon, delta }: ChargeEntry): Amount {
  return amount(epsilon, delta);
}
