import fc from "fast-check";
import { expect, test } from "vitest";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";
import { utf8Of } from "./utf8.ts";

const file = (header: string, data: readonly number[] = []) => {
  const text = utf8Of(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
};

test("the bytes are those of the specification", () => {
  const tensors = new Map([["w", { shape: [1, 2], data: Float32Array.of(1, -2) }]]);
  const bytes = writeSafetensors({ tensors, metadata: new Map([["a", "b"]]) });
  const header = '{"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}';
  expect(bytes).toEqual(file(header.padEnd(Math.ceil(header.length / 8) * 8), [0, 0, 128, 63, 0, 0, 0, 192]));
});

test("what was written is read, and any cut or added byte is refused", () => {
  const number = fc.float({ noNaN: true });
  const tensor = fc.array(number, { maxLength: 6 });
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: "binary" }), tensor),
      fc.dictionary(fc.string(), fc.string()),
      fc.nat(),
      (drawn, texts, cut) => {
        const named = Object.entries(drawn).filter(
          ([name]) => name !== "__metadata__" && name !== "__proto__",
        );
        const tensors = new Map(
          named.map(([name, data]) => [name, { shape: [data.length], data: Float32Array.from(data) }]),
        );
        const metadata = new Map(Object.entries(texts).filter(([name]) => name !== "__proto__"));
        const bytes = writeSafetensors({ tensors, metadata });
        const read = readSafetensors(bytes);
        if (!read.ok) throw new Error(read.problem.message);
        // JSON's objects put whole numbers first, so the order is not kept.
        expect(new Map([...read.value.tensors].toSorted())).toEqual(new Map([...tensors].toSorted()));
        expect(read.value.metadata).toEqual(metadata);
        expect(readSafetensors(bytes.subarray(0, cut % bytes.length)).ok).toBe(false);
        expect(readSafetensors(Uint8Array.of(...bytes, 0)).ok).toBe(false);
      },
    ),
  );
});

test("malformed files are refused", () => {
  const one = (entry: string, data = [0, 0, 0, 0]) => file(`{"w":${entry}}`, data);
  for (const bytes of [
    new Uint8Array(0),
    new Uint8Array(8),
    file("[]"),
    file(" {}"),
    file("{"),
    file('{"__metadata__":{"a":1}}'),
    file('{"__metadata__":[]}'),
    one("null"),
    one('{"dtype":"F16","shape":[1],"data_offsets":[0,4]}'),
    one('{"dtype":"F32","shape":[2],"data_offsets":[0,4]}'),
    one('{"dtype":"F32","shape":[1],"data_offsets":[4,8]}', [0, 0, 0, 0, 0, 0, 0, 0]),
    one('{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}'),
    one('{"dtype":"F32","shape":[1.5],"data_offsets":[0,6]}', [0, 0, 0, 0, 0, 0]),
    one('{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}'),
    one('{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}'),
    file(
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
      [0, 0, 0, 0],
    ),
    Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 123, 125),
  ])
    expect(readSafetensors(bytes)).toMatchObject({ ok: false, problem: { code: "checkpoint-malformed" } });
});

test("no bytes make it throw", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void readSafetensors(bytes)));
  fc.assert(
    fc.property(
      fc.json(),
      fc.uint8Array({ maxLength: 12 }),
      (json, data) => void readSafetensors(file(json, [...data])),
    ),
  );
});
