// What every party of the suite over threads and processes runs: drawn operations on shares, each beside its plain rule.

import { RingMemory } from "@unseen/compute";
import {
  evaluateOnShares,
  type Protocol,
  Provided,
  Replicated,
  Session,
  type SharesValue,
  Verified,
} from "@unseen/mpc";
import fc from "fast-check";
import { nextTurn } from "../../../mpc/src/testing/in-memory.ts";
import { missed, operationCases } from "../../../mpc/src/testing/operation-cases.ts";
import { oneOperation, openedValue, plainly, shareInput } from "../../../mpc/src/testing/programs.ts";
import { aesStream } from "./aes-stream.ts";
import type { LaunchedParty } from "./launch-for-tests.ts";

export type SharesTask = {
  readonly protocol: "replicated" | "verified" | "provider";
  readonly stream: "chacha" | "aes";
  /** All parties draw the same cases from it. */
  readonly seed: number;
  /** Of each operation. */
  readonly casesEach: number;
};

export type SharesOutcome = { readonly cases: number; readonly faults: readonly string[] };

export async function computeOnShares(party: LaunchedParty, task: SharesTask): Promise<SharesOutcome> {
  const memory = await RingMemory.open(64);
  const { me, count, channels } = party;
  const session = new Session({ me, channels, memory, nextTurn });
  const protocol = protocolOf(session, party, task);
  const isProvider = task.protocol === "provider" && me === count - 1;
  const faults: string[] = [];
  let cases = 0;
  for (const [name, drawn] of operationCases) {
    for (const { inputs, attributes } of fc.sample(drawn, { seed: task.seed, numRuns: task.casesEach })) {
      cases += 1;
      const program = oneOperation(name, inputs, attributes);
      const secrets = new Map(
        inputs.flatMap((input, at) => ("from" in input ? [[`input ${at}`, input] as const] : [])),
      );
      const shared = new Map<string, SharesValue>();
      for (const [key, input] of secrets) shared.set(key, await shareInput(protocol, input));
      const outcome = await evaluateOnShares(protocol, program, shared);
      for (const value of shared.values()) if (value.kind === "secret") value.shared[Symbol.dispose]();
      if (!outcome.ok) {
        faults.push(`${name}: ${outcome.problem.message}`);
        continue;
      }
      const value = await openedValue(protocol, outcome.value[0]!);
      const fault = isProvider ? undefined : missed(name, value, plainly(program, secrets)[0]!);
      if (fault !== undefined) faults.push(fault);
    }
  }
  return { cases, faults };
}

function protocolOf(session: Session, { me, count, seeds }: LaunchedParty, task: SharesTask): Protocol {
  const streams = task.stream === "aes" ? [aesStream] : [];
  const masks = seeds.map((seed) => seed?.take("masks"));
  if (task.protocol === "provider") return new Provided(session, masks, ...streams);
  const pair = { withPrevious: masks[(me + count - 1) % count]!, withNext: masks[(me + 1) % count]! };
  if (task.protocol === "replicated") return new Replicated(session, pair, ...streams);
  return new Verified(session, pair, ...streams);
}
