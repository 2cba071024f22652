import { err, ok, type Problem, type Result } from "@unseen/base";
import { RingMemoryFull } from "@unseen/compute";
import { priceOnShares, providedPrices, replicatedPrices, verifiedPrices } from "@unseen/mpc";
import type { AskedComputation, SentSharesPrice } from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import { mebibytesAtMost, prepare, type SharesPorts, tooLarge } from "./compute-on-shares.ts";
import { nextTurn } from "./open-protocol.ts";
import { priceOfTelling } from "./tell-asker.ts";

/**
 * What a program would cost, from public sizes and ranges alone: it is run on zeros by this node, and no other party is
 * called. Refused exactly where running it would be.
 */
export async function priceOfShares(
  ports: SharesPorts,
  caller: Caller,
  asked: AskedComputation,
): Promise<Result<SentSharesPrice, Problem>> {
  const prepared = prepare(ports, caller, asked);
  if (!prepared.ok) return prepared;
  const { protocol: name, parties } = prepared.value.parties;
  const prices = {
    replicated: replicatedPrices,
    verified: verifiedPrices,
    provider: providedPrices(parties.length - 1),
  }[name];
  const inputs = new Map(
    [...prepared.value.inputs].map(([input, { facts }]) => {
      const { shape, least, greatest, fractionBits } = facts;
      return [input, { shape, least, greatest, isWhole: fractionBits === 0 }];
    }),
  );
  const of = { name, prices, parties: parties.length };
  try {
    const price = await priceOnShares(of, asked.program, inputs, nextTurn, {
      mebibytes: mebibytesAtMost,
      andThen: async (protocol, result) => {
        await protocol.settle();
        if (asked.keepAs === undefined) await priceOfTelling(name, protocol, result);
      },
    });
    return price.ok ? ok({ rounds: price.value.rounds, sentBytes: price.value.bytes }) : price;
  } catch (failure) {
    if (failure instanceof RingMemoryFull) return err(tooLarge());
    throw failure;
  }
}
