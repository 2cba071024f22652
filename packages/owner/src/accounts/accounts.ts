// Who may come in. Nothing here takes a user as an argument: the caller is who their session says they are.

import { type Clock, type Entropy, err, ok, type Problem, problem, type Result } from "@unseen/base";
import { type Home, queries, type Store } from "../store/index.ts";
import { type Caller, callerOf, type Role } from "./caller.ts";
import { burnOwnerToken, isOwnerToken, issueOwnerToken } from "./owner-token.ts";
import { isAcceptable, Passwords, shortestPassword } from "./passwords.ts";
import { defaultLifetimeMs, type Session, Sessions, sessionInvalid } from "./sessions.ts";
import { SignInBrake } from "./sign-in-brake.ts";

/** Letters, digits and what mail addresses have; compared without regard to case. */
const nameRule = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/;

export type Account = {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAtMs: number;
};

type NewAccount = Problem<"account-invalid" | "account-exists" | "sign-in-busy">;

export type AccountPorts = {
  readonly home: Pick<Home, "store" | "keys" | "nodeId">;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** How long a session lasts; eight hours if left out. */
  readonly sessionLifetimeMs?: number;
};

export class Accounts {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #entropy: Entropy;
  readonly #passwords: Passwords;
  readonly #brake: SignInBrake;
  readonly #sessions: Sessions;

  constructor({ home, clock, entropy, sessionLifetimeMs = defaultLifetimeMs }: AccountPorts) {
    this.#store = home.store;
    this.#clock = clock;
    this.#entropy = entropy;
    this.#passwords = new Passwords(entropy);
    this.#brake = new SignInBrake(clock);
    const { nodeId, keys } = home;
    this.#sessions = new Sessions({ key: keys.session, nodeId, clock, lifetimeMs: sessionLifetimeMs });
  }

  /** The one-time token of a home that has no owner yet, to be shown once; `undefined` for one that has. */
  firstOwnerToken(): Promise<string | undefined> {
    return issueOwnerToken(this.#store, this.#entropy);
  }

  /** Whether there is an owner. Public: a node says so to whoever asks. */
  isClaimed(): boolean {
    return (
      this.#store.first(queries.selectFrom("accounts").select("id").where("role", "=", "owner")) !== undefined
    );
  }

  /** Makes the owner's account and burns the token, as one step: of two who race, one wins. */
  async claim(
    token: string,
    name: string,
    password: string,
  ): Promise<Result<Caller, NewAccount | Problem<"owner-token-invalid">>> {
    // Before any hashing: a stranger without the token costs us nothing.
    if (!isOwnerToken(this.#store, token)) return err(tokenInvalid());
    const hash = await this.#hash(name, password);
    if (!hash.ok) return hash;
    return this.#store.write(() => {
      if (!isOwnerToken(this.#store, token)) return err(tokenInvalid());
      const made = this.#insert(name, hash.value, "owner");
      if (made.ok) burnOwnerToken(this.#store);
      return made;
    });
  }

  /** Makes an account. For owners alone. */
  async add(
    by: Caller,
    account: { readonly name: string; readonly password: string; readonly role: Role },
  ): Promise<Result<Caller, NewAccount | Problem<"not-permitted">>> {
    if (by.role !== "owner") return err(notPermitted("Only an owner can add people."));
    const hash = await this.#hash(account.name, account.password);
    if (!hash.ok) return hash;
    return this.#store.write(() => this.#insert(account.name, hash.value, account.role));
  }

  /** Everyone with an account. For owners alone. */
  all(by: Caller): Result<readonly Account[], Problem<"not-permitted">> {
    if (by.role !== "owner") return err(notPermitted("Only an owner can list people."));
    const rows = this.#store.all(queries.selectFrom("accounts").selectAll().orderBy("name"));
    return ok(rows.map((row) => ({ ...callerOf(row), createdAtMs: Number(row.created_at_ms) })));
  }

  /**
   * A session for who knows the password. An unknown name and a wrong password take the same path, the same
   * work and the same words. Costs about 72 ms of one core; two run at once.
   */
  async signIn(
    name: string,
    password: string,
  ): Promise<Result<Session, Problem<"sign-in-failed" | "sign-in-busy">>> {
    const checked = await this.#check(name, password);
    if (!checked.ok) return checked;
    const { id, generation } = checked.value;
    return ok(await this.#sessions.issue({ accountId: id, generation: Number(generation) }));
  }

  /** Who a session token stands for. The role is read afresh, not taken from the token. */
  async callerOf(token: string): Promise<Result<Caller, Problem<"session-invalid" | "session-expired">>> {
    const claims = await this.#sessions.read(token);
    if (!claims.ok) return claims;
    const { accountId, generation } = claims.value;
    const row = this.#store.first(queries.selectFrom("accounts").selectAll().where("id", "=", accountId));
    if (row === undefined || row.generation !== BigInt(Math.trunc(generation))) return err(sessionInvalid());
    return ok(callerOf(row));
  }

  /** Changes the caller's own password and ends all their sessions, this one too. Braked like signing in. */
  async changePassword(
    caller: Caller,
    current: string,
    fresh: string,
  ): Promise<Result<void, Problem<"sign-in-failed" | "sign-in-busy" | "account-invalid">>> {
    const checked = await this.#check(caller.name, current);
    if (!checked.ok) return checked;
    const hash = await this.#hash(caller.name, fresh);
    if (!hash.ok) return hash;
    await this.#store.write(() =>
      this.#store.all(
        queries
          .updateTable("accounts")
          .set((row) => ({ password: hash.value, generation: row("generation", "+", 1n) }))
          .where("id", "=", caller.id),
      ),
    );
    return ok(undefined);
  }

  async #check(name: string, password: string) {
    if (this.#passwords.isBusy) return err(busy("Many people are signing in at this moment.", 1_000));
    const waitMs = this.#brake.attempt(name.slice(0, 64));
    if (waitMs > 0) return err(busy("There were too many failed sign-ins for this name.", waitMs));
    const row = this.#store.first(queries.selectFrom("accounts").selectAll().where("name", "=", name));
    const isRight = await this.#passwords.verify(row?.password, password);
    if (!isRight || row === undefined) return err(signInFailed());
    this.#brake.succeeded(name);
    return ok(row);
  }

  async #hash(
    name: string,
    password: string,
  ): Promise<Result<string, Problem<"account-invalid" | "sign-in-busy">>> {
    if (!nameRule.test(name))
      return err(
        accountInvalid("A name has 1 to 64 letters, digits or . _ @ + - and starts with a letter or digit."),
      );
    if (!isAcceptable(password))
      return err(accountInvalid(`A password has at least ${shortestPassword} characters.`));
    if (this.#passwords.isBusy) return err(busy("Many people are signing in at this moment.", 1_000));
    return ok(await this.#passwords.hash(password));
  }

  #insert(name: string, password: string, role: Role): Result<Caller, Problem<"account-exists">> {
    const held = this.#store.first(queries.selectFrom("accounts").select("id").where("name", "=", name));
    if (held !== undefined)
      return err(problem("account-exists", "There is an account of this name already."));
    const id = `acct_${Buffer.from(this.#entropy.fill(new Uint8Array(12))).toString("hex")}`;
    const created_at_ms = BigInt(this.#clock.nowMs());
    this.#store.all(
      queries.insertInto("accounts").values({ id, name, role, password, generation: 1n, created_at_ms }),
    );
    return ok(callerOf({ id, name, role }));
  }
}

function signInFailed(): Problem<"sign-in-failed"> {
  return problem("sign-in-failed", "The name or the password is not right.");
}

function busy(why: string, waitMs: number): Problem<"sign-in-busy"> {
  const seconds = String(Math.ceil(waitMs / 1000));
  return problem("sign-in-busy", why, {
    hint: `Try again in ${seconds} s.`,
    facts: { retryAfterSeconds: seconds },
  });
}

function tokenInvalid(): Problem<"owner-token-invalid"> {
  return problem("owner-token-invalid", "This owner token is not valid, or was used already.", {
    hint: "A home without an owner shows a fresh token each time its node starts.",
  });
}

function accountInvalid(rule: string): Problem<"account-invalid"> {
  return problem("account-invalid", rule);
}

function notPermitted(rule: string): Problem<"not-permitted"> {
  return problem("not-permitted", rule);
}
