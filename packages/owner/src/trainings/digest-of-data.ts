import { createHash } from "node:crypto";

/**
 * SHA-256 of plain data as JSON, in which bytes stand by their own SHA-256: they may be megabytes, and a `Buffer` of the same bytes is
 * the same. Two with one digest are the same.
 */
export function digestOfData(data: unknown): string {
  const text = JSON.stringify(data, function (this: Readonly<Record<string, unknown>>, name, value) {
    // A `Buffer` has been turned into a list by now; where it stood, it still is what it was.
    const held = this[name];
    return held instanceof Uint8Array ? { bytes: sha256(held) } : value;
  });
  return sha256(text);
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
