// What an owner decided about a dataset, as the text that the chain keeps: its budget, or what may become shares of it.

import { formatDelta, formatEpsilon } from "@unseen/privacy";
import { type Amount, amount } from "./amount.ts";
import { type FilterName, filterNames } from "./line.ts";

export type PolicyDecision =
  /** The caps of a dataset. `reason` is given, and counts as a renewal, wherever a cap that stood is raised. */
  | {
      readonly kind: "budget";
      readonly cap: Amount;
      readonly allotment: Amount | undefined;
      readonly filter: FilterName;
      readonly reason: string | undefined;
    }
  /** One asker's own cap; undefined puts them back with everyone. */
  | { readonly kind: "allotment"; readonly asker: string; readonly cap: Amount | undefined }
  | SharesDecision;

/** Columns as shares: nothing of it is charged, so nothing of it changes a budget. */
export type SharesDecision = {
  readonly kind: "shares";
  /** "opened" stands before it is done; the result may then not have come about. */
  readonly what: "permitted" | "reviewed" | "revoked" | "shared" | "opened";
  readonly permit: string;
  readonly asker: string;
  /** The columns, the program's digest, or nothing. */
  readonly of: string;
};

const sharesWhats = ["permitted", "reviewed", "revoked", "shared", "opened"] as const;

export function policyText(decision: PolicyDecision): string {
  if (decision.kind === "shares") {
    const { kind, what, permit, asker, of } = decision;
    return JSON.stringify({ kind, what, permit, asker, of });
  }
  if (decision.kind === "allotment")
    return JSON.stringify({ kind: decision.kind, asker: decision.asker, cap: textOf(decision.cap) });
  const { kind, cap, allotment, filter, reason } = decision;
  return JSON.stringify({
    kind,
    cap: textOf(cap),
    allotment: textOf(allotment),
    filter,
    reason: reason ?? null,
  });
}

/** Reads what `policyText` wrote, and the form before version 2, which named no kind and knew only "basic". */
export function readPolicy(text: string): PolicyDecision | undefined {
  try {
    const read = JSON.parse(text) as Record<string, unknown>;
    const { kind, asker, cap, allotment, filter, reason } = read;
    if (kind === "allotment" || (kind === undefined && typeof asker === "string"))
      return { kind: "allotment", asker: String(asker), cap: amountOf(cap) };
    if (kind === "shares") {
      const { what, permit, of } = read;
      const known = sharesWhats.find((one) => one === what);
      if (known === undefined) return undefined;
      return { kind, what: known, permit: String(permit), asker: String(asker), of: String(of) };
    }
    const held = amountOf(cap);
    if ((kind !== "budget" && kind !== undefined) || held === undefined) return undefined;
    return {
      kind: "budget",
      cap: held,
      allotment: amountOf(allotment),
      filter: filterNames.find((name) => name === filter) ?? "basic",
      reason: typeof reason === "string" ? reason : undefined,
    };
  } catch {
    return undefined;
  }
}

/** True if more may be spent under `next` than under `held`. */
export function isRaised(held: Amount, next: Amount): boolean {
  return next.epsilon > held.epsilon || next.delta > held.delta;
}

function textOf(of: Amount | undefined) {
  return of === undefined ? null : { epsilon: formatEpsilon(of.epsilon), delta: formatDelta(of.delta) };
}

function amountOf(value: unknown): Amount | undefined {
  if (value === null || value === undefined) return undefined;
  const { epsilon, delta } = value as { readonly epsilon: unknown; readonly delta: unknown };
  return amount(units(epsilon, 9), units(delta, 18));
}

/** Exact decimals, as `formatEpsilon` and `formatDelta` print them; caps may be zero, which no offer may be. */
function units(text: unknown, digits: number): bigint {
  const parts = /^([0-9]{1,20})(?:\.([0-9]{1,18}))?$/.exec(String(text));
  const fraction = parts?.[2] ?? "";
  if (parts === null || fraction.length > digits) throw new Error("a cap is a decimal");
  return BigInt(parts[1] + fraction.padEnd(digits, "0"));
}
