import { expect, test } from "vitest";
import { sessionsInMemory } from "../testing/in-memory.ts";

test("steps keep their order where one party's part of a step takes more turns than another's", async () => {
  const sessions = await sessionsInMemory(2, { mebibytes: 1 });
  const received = await Promise.all(
    sessions.map(async (session) => {
      const { memory, me } = session;
      const other = 1 - me;
      const branch = async (letter: number) => {
        await session.exchange([], []);
        // The first branch has more to wait for at party 1.
        if (letter === 1 && me === 1) for (let hop = 0; hop < 5; hop++) await Promise.resolve();
        const mine = memory.columnOf(BigUint64Array.of(BigInt(letter)));
        const theirs = memory.column(1);
        await session.exchange([{ to: other, from: mine }], [{ from: other, into: theirs }]);
        return memory.words(theirs)[0];
      };
      return await Promise.all([branch(1), branch(2)]);
    }),
  );
  expect(received).toEqual([
    [1n, 2n],
    [1n, 2n],
  ]);
});

test("a step of no bytes sends nothing, and the next round is read as it was sent", async () => {
  const sessions = await sessionsInMemory(2, { mebibytes: 1 });
  const received = await Promise.all(
    sessions.map(async (session) => {
      const { memory, me } = session;
      const other = 1 - me;
      const nothing = memory.column(0);
      await session.exchange([{ to: other, from: nothing }], [{ from: other, into: nothing }]);
      const [mine, theirs] = [memory.columnOf(BigUint64Array.of(BigInt(me))), memory.column(1)];
      await session.exchange([{ to: other, from: mine }], [{ from: other, into: theirs }]);
      return memory.words(theirs)[0];
    }),
  );
  expect(received).toEqual([1n, 0n]);
});
