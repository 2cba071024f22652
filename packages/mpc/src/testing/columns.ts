// Columns in and out of a computation, for tests: every party brings, runs and sees the same.

import { expect } from "vitest";
import type { Price } from "../protocol/price.ts";
import type { Protocol } from "../protocol/protocol.ts";
import { Shared, type SharedBits } from "../protocol/shared.ts";
import { type ProtocolUnderTest, together } from "./protocols.ts";

export type Steps = (protocol: Protocol, shared: readonly Shared[]) => Promise<Shared | SharedBits>;

/**
 * Shares the columns, from party 0 and 1 in turn, runs the steps and opens the result as signed integers. The steps must
 * send exactly what the price says, in as many rounds, and give back all memory but their result's.
 */
export async function computed(
  under: ProtocolUnderTest,
  columns: readonly (readonly bigint[])[],
  steps: Steps,
  priced: (protocol: Protocol) => Price,
): Promise<readonly bigint[]> {
  const results = await together(under, async (protocol) => {
    const { session } = protocol;
    const { memory } = session;
    const shared: Shared[] = [];
    for (const [at, column] of columns.entries()) {
      const mine = memory.columnOf(BigUint64Array.from(column, (word) => BigInt.asUintN(64, word)));
      const from = at % 2;
      shared.push(await protocol.share(from, column.length, session.me === from ? mine : undefined));
      memory.free(mine);
    }
    const [before, held] = [session.traffic, memory.use.held];
    const result = await steps(protocol, shared);
    const { rounds, sentBytes } = session.traffic;
    const spent = { rounds: rounds - before.rounds, bytes: sentBytes - before.sentBytes };
    const opened =
      result instanceof Shared ? await protocol.openToEveryone(result) : await protocol.openBits(result);
    const words = BigInt64Array.from(memory.words(opened), (word) => BigInt.asIntN(64, word));
    memory.free(opened);
    result[Symbol.dispose]();
    const left = memory.use.held - held;
    for (const each of shared) each[Symbol.dispose]();
    const { rounds: wantedRounds, bytes } = priced(protocol);
    return {
      words: [...words],
      spent,
      left,
      wanted: { rounds: wantedRounds, bytes: bytes[session.me] ?? 0 },
    };
  });
  for (const { words, spent, left, wanted } of results) {
    expect(words).toEqual(results[0]!.words);
    expect(spent).toEqual(wanted);
    expect(left).toBe(0);
  }
  return results[0]!.words;
}
