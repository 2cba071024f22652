// What a program would cost on shares, and whether it would be refused, before anything is shared.

import { ok, type Problem, type Result } from "@unseen/base";
import { RingMemory } from "@unseen/compute";
import type { Program } from "@unseen/program";
import { DryProtocol } from "../protocol/dry-protocol.ts";
import type { Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import { Shared } from "../protocol/shared.ts";
import type { NextTurn } from "../session/session.ts";
import { evaluateOnShares, usualFractionBits } from "./evaluate-on-shares.ts";
import type { SharesValue } from "./values.ts";

/** What is public about an input: all that a price may depend on. */
export type SharedInput = {
  readonly shape: readonly number[];
  readonly least: number;
  readonly greatest: number;
  readonly isWhole: boolean;
};

/** Runs the program on zeros without any party. Free; takes as much memory as the run would at one party. */
export async function priceOnShares(
  of: { readonly name: string; readonly prices: ProtocolPrices; readonly parties: number },
  program: Program,
  inputs: ReadonlyMap<string, SharedInput>,
  nextTurn: NextTurn,
  options: {
    readonly fractionBits?: number;
    readonly mebibytes?: number;
    /** What is done with each secret output. */
    readonly andThen?: (protocol: Protocol, result: Shared) => Promise<void>;
  } = {},
): Promise<Result<Price, Problem>> {
  const fractionBits = options.fractionBits ?? usualFractionBits;
  const memory = await RingMemory.open(options.mebibytes ?? 512);
  const dry = new DryProtocol(of, memory, nextTurn);
  const values = new Map(
    [...inputs].map(([name, { shape, least, greatest, isWhole }]): [string, SharesValue] => {
      const length = shape.reduce((product, size) => product * size, 1);
      const shared = new Shared(memory, [memory.zeros(length)]);
      return [
        name,
        { kind: "secret", shape, shared, fractionBits: isWhole ? 0 : fractionBits, least, greatest },
      ];
    }),
  );
  const outcome = await evaluateOnShares(dry, program, values, fractionBits);
  if (!outcome.ok) return outcome;
  for (const value of outcome.value) if (value.kind === "secret") await options.andThen?.(dry, value.shared);
  return ok(dry.spent);
}
