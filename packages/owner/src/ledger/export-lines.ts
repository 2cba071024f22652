// The ledger as JSON lines, one entry a line, for who wants to keep or check it elsewhere. Only one text stands for an
// entry: whatever differs in a byte from what this file writes is not an export.

import { type ChainedEntry, type Entry, fieldsOf } from "./entry.ts";

export const exportHeader = '{"unseen":"ledger","version":1}';

export function exportLine({ position, hash, entry }: ChainedEntry): string {
  return JSON.stringify({ position: String(position), kind: entry.kind, ...fieldsOf(entry), hash });
}

/** Undefined for what is not, byte for byte, a line of an export. Never throws. */
export function readExportLine(line: string): ChainedEntry | undefined {
  try {
    const { position, kind, hash, ...fields } = JSON.parse(line) as Record<string, string>;
    const entry = entryOf(kind, fields);
    if (entry === undefined) return undefined;
    const read = { position: BigInt(position ?? ""), hash: hash ?? "", entry };
    return exportLine(read) === line ? read : undefined;
  } catch {
    return undefined;
  }
}

function entryOf(kind: string | undefined, fields: Record<string, string>): Entry | undefined {
  const text = (name: string) => fields[name] ?? "";
  const whole = (name: string) => BigInt(text(name));
  switch (kind) {
    case "charge":
      return {
        kind,
        serial: whole("serial"),
        asker: text("asker"),
        askId: text("askId"),
        dataset: text("dataset"),
        questionHash: text("questionHash"),
        epsilon: whole("epsilon"),
        delta: whole("delta"),
        event: text("event"),
        chargedAtMs: whole("chargedAtMs"),
        joined: text("joined"),
      };
    case "answer":
      return { kind, serial: whole("serial"), answerHash: text("answerHash") };
    case "policy":
      return { kind, dataset: text("dataset"), atMs: whole("atMs"), event: text("event") };
    default:
      return undefined;
  }
}
