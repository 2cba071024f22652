import { createHash } from "node:crypto";

/** SHA-256 of plain data as JSON, bytes in it as base64. Two with one digest are the same. */
export function digestOfData(data: unknown): string {
  const text = JSON.stringify(data, (_, value) =>
    value instanceof Uint8Array ? { bytes: Buffer.from(value).toString("base64") } : value,
  );
  return createHash("sha256").update(text, "utf8").digest("hex");
}
