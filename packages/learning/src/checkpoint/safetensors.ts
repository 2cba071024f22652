// The safetensors format: eight bytes of little-endian length, a JSON header of so many bytes, then all tensors' bytes.
// Written from its specification (huggingface/safetensors, README, "Format"); float32 alone, which is what models here hold.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { textOfUtf8, utf8Of } from "./utf8.ts";

export type Tensors = {
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
  readonly metadata: ReadonlyMap<string, string>;
};

/** Of the reference implementation. */
const longestHeader = 100_000_000;
const metadataKey = "__metadata__";
const bytesEach = 4;

/** Names in the order of the map, numbers little-endian, the header padded with spaces to a multiple of eight. */
export function writeSafetensors({ tensors, metadata }: Tensors): Uint8Array {
  const header: Record<string, unknown> = {};
  if (metadata.size > 0) header[metadataKey] = Object.fromEntries(metadata);
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [end, end + data.length * bytesEach] };
    end += data.length * bytesEach;
  }
  const text = utf8Of(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + end).fill(0x20, 8 + text.length, 8 + length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  let at = 8 + length;
  for (const { data } of tensors.values()) {
    for (const each of data) {
      view.setFloat32(at, each, true);
      at += bytesEach;
    }
  }
  return bytes;
}

/** Refuses (`checkpoint-malformed`) what the format does not allow, tensors of other types, and holes. Never throws. */
export function readSafetensors(bytes: Uint8Array): Result<Tensors, Problem> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) return malformed("they are cut off");
  const length = view.getBigUint64(0, true);
  if (length > BigInt(Math.min(longestHeader, bytes.length - 8)))
    return malformed("the header is longer than they are");
  const start = 8 + Number(length);
  const header = headerOf(bytes.subarray(8, start));
  if (header === undefined) return malformed("the header is no JSON object");
  const metadata = metadataOf(header[metadataKey]);
  if (metadata === undefined) return malformed("the metadata is not a list of texts");
  const entries = Object.entries(header).filter(([name]) => name !== metadataKey);
  const placed = [];
  for (const [name, entry] of entries) {
    const read = entryOf(entry);
    if (read === undefined) return malformed("a tensor is not float32, or not as long as its shape says");
    placed.push({ name, ...read });
  }
  placed.sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  for (const { from, to } of placed) {
    if (from !== end) return malformed("tensors overlap, or leave a hole");
    end = to;
  }
  if (start + end !== bytes.length) return malformed("they are not as long as the header says");
  const tensors = new Map(
    placed.map(({ name, shape, from, to }) => {
      const size = (to - from) / bytesEach;
      const data = Float32Array.from({ length: size }, (_, at) =>
        view.getFloat32(start + from + at * bytesEach, true),
      );
      return [name, { shape, data }];
    }),
  );
  return ok({ tensors, metadata });
}

function headerOf(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  if (bytes[0] !== 0x7b) return undefined;
  try {
    const value: unknown = JSON.parse(textOfUtf8(bytes));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function metadataOf(value: unknown): ReadonlyMap<string, string> | undefined {
  if (value === undefined) return new Map();
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value);
  return entries.every((entry): entry is [string, string] => typeof entry[1] === "string")
    ? new Map(entries)
    : undefined;
}

type Entry = { readonly shape: readonly number[]; readonly from: number; readonly to: number };

function entryOf(value: unknown): Entry | undefined {
  if (!isRecord(value) || value.dtype !== "F32" || Object.keys(value).length !== 3) return undefined;
  const { shape, data_offsets: offsets } = value;
  if (!isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) return undefined;
  const [from, to] = offsets as readonly [number, number];
  const size = shape.reduce((product, each) => product * each, 1);
  return Number.isSafeInteger(size) && to - from === size * bytesEach ? { shape, from, to } : undefined;
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => Number.isSafeInteger(each) && each >= 0);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(because: string): Result<never, Problem> {
  return err(problem("checkpoint-malformed", `the bytes are no checkpoint: ${because}`));
}
