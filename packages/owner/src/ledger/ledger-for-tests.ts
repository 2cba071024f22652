import { attoDeltaOf, nanoEpsilonOf, rationalToNumber, rhoAtMost } from "@unseen/privacy";
import type { Store } from "../store/index.ts";
import { amount } from "./amount.ts";
import { BudgetPolicy } from "./budget-policy.ts";
import type { Charge, Ledger } from "./ledger.ts";
import { sqliteLedger } from "./sqlite-ledger.ts";

export const stillClock = { nowMs: () => 1_800_000_000_000 };

export function openLedger(store: Store): { readonly ledger: Ledger; readonly policy: BudgetPolicy } {
  const ports = { store, clock: stillClock };
  return { ledger: sqliteLedger(ports), policy: new BudgetPolicy(ports) };
}

/** A charge of half an epsilon by "ada" for "ask-1" on "diabetes", except for what is given. */
export function chargeOf(
  given: Partial<Omit<Charge, "epsilon" | "delta">> & { epsilon?: bigint; delta?: bigint },
): Charge {
  const { epsilon = 500_000_000n, delta = 0n, ...rest } = given;
  return {
    asker: "ada",
    askId: "ask-1",
    datasets: ["diabetes"],
    questionHash: "mean-bp",
    event: eventOf(epsilon, delta),
    ...rest,
    epsilon: nanoEpsilonOf(epsilon),
    delta: attoDeltaOf(delta),
  };
}

/** `epsilon` in whole epsilons. */
export function wholeEpsilon(epsilon: number) {
  return amount(BigInt(epsilon) * 1_000_000_000n, 0n);
}

/** As the planner prices it: pure noise without a delta, and Gaussian noise with one. */
export function eventOf(epsilon: bigint, delta: bigint): string {
  const event =
    delta === 0n || epsilon < 1_000n
      ? { kind: "epsilon-delta", epsilon: Number(epsilon) / 1e9, delta: Number(delta) / 1e18 }
      : {
          kind: "zcdp",
          rho: rationalToNumber(rhoAtMost(nanoEpsilonOf(epsilon), attoDeltaOf(delta))),
          xi: 0,
        };
  return JSON.stringify({ neighbours: "add-or-remove-one", event });
}
