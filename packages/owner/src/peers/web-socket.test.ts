import { Duplex } from "node:stream";
import { blockOf, frameBytesAtMost, linkRoom } from "@unseen/mpc";
import fc from "fast-check";
import { expect, test } from "vitest";
import { SocketLink } from "./socket-link.ts";
import { acceptOf, readFrameHeader, writeFrameHeader } from "./web-socket.ts";

/** A socket that hears nothing of itself and keeps what is written to it. */
function fakeSocket() {
  const written: Buffer[] = [];
  const socket = new Duplex({
    read() {},
    write(bytes: Buffer, _encoding, done) {
      written.push(Buffer.from(bytes));
      done();
    },
  });
  return { socket, written };
}

function linkTo(isDialer: boolean) {
  const { socket, written } = fakeSocket();
  const link = new SocketLink(socket, { isDialer, head: Buffer.alloc(0) });
  const arrived: Uint8Array[] = [];
  const faults: (string | undefined)[] = [];
  link.listen({
    arrived: (frame) => void arrived.push(frame.slice()),
    lost: (fault) => void faults.push(fault),
  });
  const hear = (bytes: Uint8Array) => socket.emit("data", Buffer.from(bytes));
  return { link, written, arrived, faults, hear };
}

test("the key of RFC 6455's own example is accepted as it says", () => {
  expect(acceptOf("dGhlIHNhbXBsZSBub25jZQ==")).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});

/** What was written for the frames of these lengths. Writes end one by one, later. */
async function written(isDialer: boolean, lengths: readonly number[]): Promise<Buffer> {
  const from = linkTo(isDialer);
  for (const [at, length] of lengths.entries()) from.link.send(blockOf(new Uint8Array(length).fill(at + 1)));
  for (let turn = 0; turn < lengths.length + 2; turn += 1) await new Promise(setImmediate);
  return Buffer.concat(from.written);
}

test("frames of every length go through whole, however the network cuts them up", async () => {
  const lengths = fc.oneof(fc.nat(300), fc.constantFrom(125, 126, 65_535, 65_536, frameBytesAtMost));
  const cuts = fc.array(fc.integer({ min: 1, max: 40_000 }));
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(lengths, { maxLength: 5 }),
      cuts,
      async (isDialer, all, pieces) => {
        const bytes = await written(isDialer, all);
        const to = linkTo(!isDialer);
        let at = 0;
        for (const piece of [...pieces, bytes.length]) {
          to.hear(bytes.subarray(at, at + piece));
          at += piece;
        }
        expect(to.arrived.map(({ length }) => length)).toEqual(all);
        expect(to.arrived.every((frame, which) => frame.every((byte) => byte === which + 1))).toBe(true);
        expect(to.faults).toEqual([]);
      },
    ),
    { numRuns: 30 },
  );
});

test("frames cut into single bytes arrive too", async () => {
  const to = linkTo(false);
  const lengths = [0, 1, 125, 126, 300];
  for (const byte of await written(true, lengths)) to.hear(Uint8Array.of(byte));
  expect(to.arrived.map(({ length }) => length)).toEqual(lengths);
});

test("a frame announced with a gigabyte ends the link at its header", () => {
  const header = new Uint8Array(linkRoom);
  const view = new DataView(header.buffer);
  header.set([0x82, 0x80 | 127]);
  view.setBigUint64(2, 2n ** 30n);
  const to = linkTo(false);
  to.hear(header.subarray(0, 14));
  expect(to.faults).toEqual(["too-large"]);
});

test("a frame with a mask, in fragments, of text, or unmasked from a dialer, is refused", () => {
  for (const bytes of [
    [0x82, 0x81, 1, 0, 0, 0, 9],
    [0x02, 0x81, 0, 0, 0, 0, 9],
    [0x81, 0x81, 0, 0, 0, 0, 9],
    [0x82, 0x01, 9],
    [0xc2, 0x81, 0, 0, 0, 0, 9],
    [0x89, 0x80, 0, 0, 0, 0],
  ]) {
    const to = linkTo(false);
    to.hear(Uint8Array.from(bytes));
    expect(to.faults).toEqual(["malformed"]);
    expect(to.arrived).toEqual([]);
  }
});

test("10,000 random byte strings never throw", () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }),
      (isDialer, pieces) => {
        const to = linkTo(isDialer);
        for (const piece of pieces) to.hear(piece);
        void readFrameHeader(pieces[0] ?? new Uint8Array(), isDialer);
      },
    ),
    { numRuns: 10_000 },
  );
});

test("a header is written right in front of its frame", () => {
  const block = new Uint8Array(linkRoom + 5);
  expect(writeFrameHeader(block, false)).toBe(linkRoom - 2);
  expect([...block.subarray(linkRoom - 2, linkRoom)]).toEqual([0x82, 5]);
});
