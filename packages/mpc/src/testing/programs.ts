// Programs on shares beside the same programs on plain numbers.

import type { Problem, Result } from "@unseen/base";
import { evaluate } from "@unseen/compute";
import {
  type Attributes,
  makeProgram,
  type PlainTensor,
  type Program,
  type ProgramNode,
  sizeOf,
} from "@unseen/program";
import { evaluateOnShares, usualFractionBits } from "../evaluate/evaluate-on-shares.ts";
import { priceOnShares, type SharedInput } from "../evaluate/price-on-shares.ts";
import { encodePublic, type SharesValue } from "../evaluate/values.ts";
import type { Price } from "../protocol/price.ts";
import type { Protocol } from "../protocol/protocol.ts";
import { nextTurn } from "./in-memory.ts";
import { atEveryParty, type ProtocolUnderTest, together } from "./protocols.ts";

/** A secret input: party `from` shares it, everybody knows what is public about it. */
export type TestInput = SharedInput & { readonly from: number; readonly data: readonly number[] };

export function oneOperation(
  operation: string,
  inputs: readonly (TestInput | PlainTensor)[],
  attributes: Attributes = {},
): Program {
  const nodes: ProgramNode[] = inputs.map((input, at) =>
    "from" in input
      ? { kind: "input", name: `input ${at}`, shape: input.shape }
      : { kind: "constant", value: input },
  );
  nodes.push({ kind: "operation", operation, inputs: inputs.map((_, at) => at), attributes });
  const program = makeProgram({ nodes, outputs: [nodes.length - 1] });
  if (!program.ok) throw new Error(program.problem.message);
  return program.value;
}

export function plainly(program: Program, inputs: ReadonlyMap<string, TestInput>): readonly PlainTensor[] {
  const plain = new Map(
    [...inputs].map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data) }]),
  );
  const result = evaluate(program, plain);
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

export type RunOnShares = {
  /** What each party opened; all alike. */
  readonly values: Result<readonly PlainTensor[], Problem>;
  /** What running it sent, without sharing and opening. */
  readonly spent: Price;
  /** Bytes of memory that were not given back. */
  readonly kept: number;
};

export async function onShares(
  under: ProtocolUnderTest,
  program: Program,
  inputs: ReadonlyMap<string, TestInput>,
): Promise<RunOnShares> {
  const runs = await atEveryParty(under, async (protocol) => {
    const { memory } = protocol.session;
    const heldBefore = memory.use.held;
    const values = new Map<string, SharesValue>();
    for (const [name, input] of inputs) values.set(name, await shareInput(protocol, input));
    const before = protocol.session.traffic;
    const outcome = await evaluateOnShares(protocol, program, values);
    const after = protocol.session.traffic;
    const spent = { rounds: after.rounds - before.rounds, bytes: after.sentBytes - before.sentBytes };
    const opened: PlainTensor[] = [];
    for (const value of outcome.ok ? outcome.value : []) opened.push(await openedValue(protocol, value));
    await protocol.settle();
    for (const value of values.values()) if (value.kind === "secret") value.shared[Symbol.dispose]();
    const kept = memory.use.held - heldBefore;
    return { values: outcome.ok ? { ok: true as const, value: opened } : outcome, spent, kept };
  });
  return {
    values: runs[0]!.values,
    spent: { rounds: runs[0]!.spent.rounds, bytes: runs.map(({ spent }) => spent.bytes) },
    kept: Math.max(...runs.map(({ kept }) => kept)),
  };
}

export async function priced(
  under: ProtocolUnderTest,
  program: Program,
  inputs: ReadonlyMap<string, SharedInput>,
): Promise<Result<Price, Problem>> {
  const [prices] = await together(under, async (protocol) => protocol.prices);
  const of = { name: under.name, prices: prices!, parties: under.parties };
  return priceOnShares(of, program, inputs, nextTurn, { mebibytes: 64 });
}

export async function shareInput(protocol: Protocol, input: TestInput): Promise<SharesValue> {
  const { memory, me } = protocol.session;
  const fractionBits = input.isWhole ? 0 : usualFractionBits;
  const value = { shape: input.shape, data: Float64Array.from(input.data) };
  const column = me === input.from ? encodePublic(memory, value, fractionBits) : undefined;
  const shared = await protocol.share(input.from, sizeOf(input.shape), column);
  if (column !== undefined) memory.free(column);
  const { shape, least, greatest } = input;
  return { kind: "secret", shape, shared, fractionBits, least, greatest };
}

export async function openedValue(protocol: Protocol, value: SharesValue): Promise<PlainTensor> {
  if (value.kind === "public") return value.value;
  const { memory } = protocol.session;
  const column = await protocol.openToEveryone(value.shared);
  const words = [...memory.words(column)];
  memory.free(column);
  value.shared[Symbol.dispose]();
  const data = Float64Array.from(words, (word) => Number(BigInt.asIntN(64, word)) / 2 ** value.fractionBits);
  return { shape: value.shape, data };
}
