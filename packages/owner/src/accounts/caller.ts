import type { Brand } from "@unseen/base";

export type Role = "owner" | "researcher";

/** Who is asking, as a checked session says, and never as a message says. Made by this room's accounts alone. */
export type Caller = Brand<{ readonly id: string; readonly name: string; readonly role: Role }, "Caller">;

/** For accounts only, from a row that was read. */
export function callerOf(row: { readonly id: string; readonly name: string; readonly role: string }): Caller {
  const role: Role = row.role === "owner" ? "owner" : "researcher";
  return Object.freeze({ id: row.id, name: row.name, role }) as Caller;
}

/**
 * The owner, for who runs a command on the home itself. Whoever can open the home's files can do all that an
 * owner can, so there is nothing to check. Never for a request that came over a wire.
 */
export function ownerAtTheMachine(): Caller {
  return callerOf({ id: "acct_machine", name: "owner at the machine", role: "owner" });
}
