import { createHash } from "node:crypto";

/** SHA-256 of plain data as JSON, in which bytes stand by their own SHA-256: they may be megabytes. Two with one digest are the same. */
export function digestOfData(data: unknown): string {
  const text = JSON.stringify(data, (_, value) =>
    value instanceof Uint8Array ? { bytes: sha256(value) } : value,
  );
  return sha256(text);
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
