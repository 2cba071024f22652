// Ring elements as bytes: 64 bits each, the lowest byte first, whatever the machine.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";

const wordBytes = 8;

export function wordsToBytes(words: BigUint64Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(words.length * wordBytes);
  const view = new DataView(bytes.buffer);
  for (const [at, word] of words.entries()) view.setBigUint64(at * wordBytes, word, true);
  return bytes;
}

/** Exactly `length` words, or "message-malformed". */
export function wordsFromBytes(bytes: Uint8Array, length: number): Result<BigUint64Array, Problem> {
  if (bytes.length !== length * wordBytes)
    return err(
      problem("message-malformed", "the message is not well formed: a share is not as long as its shape"),
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return ok(BigUint64Array.from({ length }, (_, at) => view.getBigUint64(at * wordBytes, true)));
}
