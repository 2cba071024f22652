// Reads a ledger from its first entry to its last and believes nothing: the chain is hashed again, every line is
// summed again from the entries alone, and every charge is admitted again under the caps of its time. Pure: the
// entries come from a file, a home or a database, and it takes no key and no secret.
//
// What it cannot see by itself: a chain whose end was cut off, or that was written anew from some point. For that,
// somebody must hold a hash from before (a receipt has one), and `heads` must still find it.

import { type Amount, amount } from "./amount.ts";
import { brokenLink, type ChainedEntry, type ChargeEntry, noHash, type PolicyEntry } from "./entry.ts";
import { admits, type FilterName, lossOf, type Spending, spendOn, untouched } from "./line.ts";
import { isRaised, readPolicy } from "./policy-event.ts";
import { datasetsOf } from "./receipt.ts";
import { type Price, priceOfCharge } from "./rho.ts";

/** `position` is that of the entry at fault, where there is one. `rule` says what does not hold. */
export type AuditFinding = { readonly position?: bigint; readonly rule: string };

/** A dataset's line as the entries tell it. */
export type AuditedLine = {
  readonly dataset: string;
  cap: Amount;
  allotment: Amount | undefined;
  filter: FilterName;
  renewals: number;
  spending: Spending;
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

  loss(line: AuditedLine): Amount {
    return lossOf({ cap: line.cap, filter: line.filter, ...line.spending });
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
    const line = this.lines.get(dataset);
    if (line === undefined) {
      this.#find(position, "it charges a dataset that has no budget");
      return;
    }
    const { cap, filter } = line;
    if (!admits({ cap, filter, ...line.spending }, price))
      this.#find(position, "it takes the dataset past its cap");
    const own = askerOf(line, asker);
    const ownCap = own.cap ?? line.allotment;
    if (ownCap !== undefined && !admits({ cap: ownCap, filter, ...own.spending }, price))
      this.#find(position, "it takes the asker past their allotment");
    line.spending = spendOn(line.spending, price);
    own.spending = spendOn(own.spending, price);
  }

  #answer(position: bigint, serial: bigint): void {
    const at = Number(serial) - 1;
    if (this.#answered[at] === undefined) this.#find(position, "it answers a charge that is not there");
    else if (this.#answered[at]) this.#find(position, "it answers a charge that was answered before");
    else this.#answered[at] = true;
  }

  #policy(position: bigint, { dataset, event }: PolicyEntry): void {
    const decision = readPolicy(event);
    const line = this.lines.get(dataset);
    if (decision === undefined) {
      this.#find(position, "it is no decision of an owner");
      return;
    }
    if (decision.kind === "shares") return;
    if (decision.kind === "allotment") {
      if (line === undefined) this.#find(position, "it allots a part of no budget");
      else askerOf(line, decision.asker).cap = decision.cap;
      return;
    }
    const { cap, allotment, filter } = decision;
    if (line === undefined) {
      const fresh = { dataset, cap, allotment, filter, renewals: 0, spending: untouched, askers: new Map() };
      this.lines.set(dataset, fresh);
      return;
    }
    if (isRaised(line.cap, cap)) line.renewals += 1;
    Object.assign(line, { cap, allotment, filter });
  }

  #find(position: bigint, rule: string): void {
    this.findings.push({ position, rule });
  }
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
