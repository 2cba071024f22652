export { type Account, type AccountPorts, Accounts } from "./accounts.ts";
export { type Caller, ownerAtTheMachine, type Role } from "./caller.ts";
export type { Session } from "./sessions.ts";
