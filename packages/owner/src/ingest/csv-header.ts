// The first line of a CSV: which character separates, and what the columns are called. Read here and not
// guessed by the engine, which would answer a ragged file by guessing another separator.

import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";

export type CsvHeader = { readonly separator: string; readonly names: readonly string[] };

/** A header of a thousand long names is well below this; what has no line end within it is no CSV. */
const longestHeader = 2 ** 20;

const separators = [",", ";", "\t", "|"] as const;

/** Undefined where there is no first line. Throws where the file cannot be read or unpacked. */
export async function readCsvHeader(file: string, isPacked: boolean): Promise<CsvHeader | undefined> {
  const line = firstRecord(await beginning(file, isPacked));
  if (line === undefined || line.trim() === "") return undefined;
  const counts = separators.map((separator) => fieldsOf(line, separator).length);
  const separator = separators[counts.indexOf(Math.max(...counts))] ?? ",";
  return { separator, names: fieldsOf(line, separator).map((name) => name.trim()) };
}

async function beginning(file: string, isPacked: boolean): Promise<string> {
  const raw = createReadStream(file);
  // A destroyed reader must not leave the unpacker waiting, and an error of either is thrown here.
  const bytes = isPacked ? raw.pipe(createGunzip()) : raw;
  raw.on("error", (error) => bytes.destroy(error));
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of bytes) {
      parts.push(part as Buffer);
      length += (part as Buffer).length;
      if (length >= longestHeader) break;
    }
  } finally {
    raw.destroy();
  }
  return Buffer.concat(parts)
    .toString("utf8")
    .replace(/^\uFEFF/, "");
}

/** Up to the first line end outside quotes. */
function firstRecord(text: string): string | undefined {
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') isQuoted = !isQuoted;
    if (!isQuoted && (character === "\n" || character === "\r")) return text.slice(0, at);
  }
  return text.length >= longestHeader || isQuoted ? undefined : text;
}

function fieldsOf(line: string, separator: string): readonly string[] {
  const fields: string[] = [];
  let field = "";
  let isQuoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (character === '"' && isQuoted && line[at + 1] === '"') {
      field += '"';
      at++;
    } else if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      fields.push(field);
      field = "";
    } else field += character;
  }
  return [...fields, field];
}
