// The one face of every accountant, so that a ledger, a table or a calibration can hold any of them.

import { err, invariant, type Result } from "@unseen/base";
import { eventFrom, type NeighbouringRelation, type PrivacyEvent } from "./event.ts";

/** An accountant never guesses: an event that its theory does not cover is refused, with the theory's reason. */
export type EventNotSupported = {
  readonly code: "event-not-supported";
  readonly accountant: string;
  /** The innermost event that was refused. */
  readonly kind: PrivacyEvent["kind"];
  readonly because: string;
};

/**
 * What a sequence of events loses in total. Immutable: `compose` gives a new accountant. The order of events never
 * matters beyond rounding, and rounding is always outwards: both bounds hold for the true value, never the other way.
 */
export interface Accountant {
  /** The theory and, where it has several, the conversion: it belongs beside every figure that is shown. */
  readonly name: string;
  readonly relation: NeighbouringRelation;
  /** Adds the event, `count` times (1 if left out). Throws when the event would not pass `eventFrom`. */
  compose(event: PrivacyEvent, count?: number): Result<Accountant, EventNotSupported>;
  /** The true epsilon at this delta (0 to 1) is at most this; Infinity where nothing is promised. */
  epsilonAtLeast(delta: number): number;
  /** The true delta at this epsilon (0 or more) is at most this, and at most 1. */
  deltaAtLeast(epsilon: number): number;
}

/** What `compose` demands. A negative rho or a NaN that got past the door would lower what is already spent. */
export function expectComposable(event: PrivacyEvent, count: number): void {
  invariant(eventFrom(event).ok, "only a checked event is composed");
  invariant(Number.isSafeInteger(count) && count >= 0, "an event is composed a whole number of times");
}

export function notSupported(
  accountant: string,
  kind: PrivacyEvent["kind"],
  because: string,
): Result<never, EventNotSupported> {
  return err({ code: "event-not-supported", accountant, kind, because });
}
