import type { RingMemory } from "@unseen/compute";
import type { Session } from "../session/session.ts";
import type { ReplicatedMasks } from "./replicated-masks.ts";

/** What each step of a replicated party works with. */
export type ReplicatedParty = {
  readonly session: Session;
  readonly memory: RingMemory;
  readonly masks: ReplicatedMasks;
};
