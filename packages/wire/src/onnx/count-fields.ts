// How many things a model's bytes hold, before any of them is made: a byte can ask for an object of a hundred.

import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** By the number of a field: the kind of message in it, or "list" where numbers stand side by side and become objects each. */
type Kind = { readonly [field: number]: Kind | "list" };

const tensor: Kind = { 1: "list", 5: "list", 7: "list" };
const type: Kind = { 1: { 2: { 1: {} } } };
const node: Kind = { 5: { 5: tensor, 7: "list", 8: "list" } };
const model: Kind = { 7: { 1: node, 5: tensor, 11: { 2: type }, 12: { 2: type } }, 8: {} };

/**
 * Fields of all messages that are read, and numbers that stand in lists of whole numbers; the bytes of weights are not
 * counted. Stops past `most`. Throws where the bytes are no messages, as whoever reads them would.
 */
export function countFields(bytes: Uint8Array, most: number): number {
  return countIn(bytes, model, most);
}

function countIn(bytes: Uint8Array, kind: Kind, most: number): number {
  const reader = new BinaryReader(bytes);
  let count = 0;
  while (reader.pos < reader.len && count <= most) {
    const [field, wireType] = reader.tag();
    count += 1;
    const inner = kind[field];
    if (inner === undefined || wireType !== WireType.LengthDelimited) {
      reader.skip(wireType, field);
      continue;
    }
    const own = reader.bytes();
    // The shortest number in a list takes one byte.
    count += inner === "list" ? own.length : countIn(own, inner, most - count);
  }
  return count;
}
