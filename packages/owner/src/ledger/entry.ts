// The chain: every charge, every recorded answer and every policy event is one entry, numbered from 1 without a gap,
// and its hash covers the hash before it. Whoever holds one hash can later be shown to have been told the truth, or
// not, about everything up to it.
//
// hash = SHA-256 of the netstrings ("LENGTH:TEXT,", the length in bytes of UTF-8) of, in this order: the domain,
// the previous hash (hexadecimal; 64 zeros before the first entry), the position, the kind, and the kind's fields in
// the order of `fieldsOf`. Netstrings leave no two ways to cut one text into fields.

import { hash } from "node:crypto";

export type ChargeEntry = {
  readonly kind: "charge";
  readonly serial: bigint;
  readonly asker: string;
  readonly askId: string;
  readonly dataset: string;
  readonly questionHash: string;
  readonly epsilon: bigint;
  readonly delta: bigint;
  readonly event: string;
  readonly chargedAtMs: bigint;
  /** The second dataset of a question about two that are joined, charged the same price; empty where there is one. */
  readonly joined: string;
};
/** The answer itself is not in the chain, only its SHA-256, so an exported ledger tells nobody's answers. */
export type AnswerEntry = { readonly kind: "answer"; readonly serial: bigint; readonly answerHash: string };
export type PolicyEntry = {
  readonly kind: "policy";
  readonly dataset: string;
  readonly atMs: bigint;
  readonly event: string;
};
export type Entry = ChargeEntry | AnswerEntry | PolicyEntry;
export type ChainedEntry = { readonly position: bigint; readonly hash: string; readonly entry: Entry };

const domain = "unseen ledger entry 1";

/** Stands before the first entry. */
export const noHash = "0".repeat(64);

export function entryHash(previous: string, position: bigint, entry: Entry): string {
  const fields = [domain, previous, String(position), entry.kind, ...Object.values(fieldsOf(entry))];
  return hash("sha256", fields.map(netstring).join(""), "hex");
}

/** What is wrong with `next` as the entry after the one at `position` with `hash`; undefined where it is right. */
export function brokenLink(
  { position, hash }: { readonly position: bigint; readonly hash: string },
  next: ChainedEntry,
): string | undefined {
  if (next.position !== position + 1n) return `entry ${position + 1n} was expected here`;
  if (entryHash(hash, next.position, next.entry) === next.hash) return undefined;
  return "its hash is not that of its fields and the entry before";
}

export function answerHash(answer: Uint8Array): string {
  return hash("sha256", answer, "hex");
}

/** Names and texts in the order that is hashed and exported. */
export function fieldsOf(entry: Entry): Readonly<Record<string, string>> {
  switch (entry.kind) {
    case "charge":
      return {
        serial: String(entry.serial),
        asker: entry.asker,
        askId: entry.askId,
        dataset: entry.dataset,
        questionHash: entry.questionHash,
        epsilon: String(entry.epsilon),
        delta: String(entry.delta),
        event: entry.event,
        chargedAtMs: String(entry.chargedAtMs),
        // Left out where there is none: charges from before there were joins keep their hashes, and the number of
        // fields tells the two forms apart.
        ...(entry.joined === "" ? {} : { joined: entry.joined }),
      };
    case "answer":
      return { serial: String(entry.serial), answerHash: entry.answerHash };
    case "policy":
      return { dataset: entry.dataset, atMs: String(entry.atMs), event: entry.event };
    default:
      return entry satisfies never;
  }
}

function netstring(text: string): string {
  return `${Buffer.byteLength(text)}:${text},`;
}
