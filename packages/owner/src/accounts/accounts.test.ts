import { createHmac } from "node:crypto";
import { platformEntropy, Secret } from "@unseen/base";
import { expect, test } from "vitest";
import { openTestHome, testHome } from "../store/home-for-tests.ts";
import { type Home, queries } from "../store/index.ts";
import { Accounts } from "./accounts.ts";
import { ownerAtTheMachine } from "./caller.ts";

const entropy = platformEntropy(globalThis.crypto);
const password = "correct horse battery";

class SetClock {
  now = 1_800_000_000_000;
  nowMs(): number {
    return this.now;
  }
}

function open(home: Home, clock = new SetClock()) {
  return { clock, accounts: new Accounts({ home, clock, entropy }) };
}

async function withAda(home: Home) {
  const opened = open(home);
  await opened.accounts.add(ownerAtTheMachine(), { name: "ada", password, role: "researcher" });
  return opened;
}

function granted<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: unknown },
): T {
  if (!result.ok) throw new Error("expected a value", { cause: result.problem });
  return result.value;
}

test("an owner claims a fresh home with its token, adds a researcher, and each is who their session says", async () => {
  using home = testHome();
  const { accounts } = open(home);
  const token = await accounts.firstOwnerToken();
  expect(token).toMatch(/^owner_[A-Za-z0-9_-]{43}$/);
  expect(await accounts.claim(token ?? "", "theo", password)).toMatchObject({
    value: { name: "theo", role: "owner" },
  });

  const theo = granted(await accounts.callerOf(granted(await accounts.signIn("theo", password)).token));
  expect(await accounts.add(theo, { name: "Ada", password, role: "researcher" })).toMatchObject({ ok: true });
  const ada = granted(await accounts.callerOf(granted(await accounts.signIn("ada", password)).token));
  expect(ada).toMatchObject({ name: "Ada", role: "researcher" });

  expect(await accounts.add(ada, { name: "eve", password, role: "owner" })).toMatchObject({
    problem: { code: "not-permitted" },
  });
  expect(accounts.all(ada)).toMatchObject({ problem: { code: "not-permitted" } });
  expect(granted(accounts.all(theo)).map(({ name, role }) => [name, role])).toEqual([
    ["Ada", "researcher"],
    ["theo", "owner"],
  ]);
});

test("the owner token works once, of two who race one wins, and a home with an owner has none", async () => {
  using home = testHome();
  const { accounts } = open(home);
  const lost = (await accounts.firstOwnerToken()) ?? "";
  const token = (await accounts.firstOwnerToken()) ?? "";
  expect(await accounts.claim(lost, "theo", password)).toMatchObject({
    problem: { code: "owner-token-invalid" },
  });
  expect(await accounts.claim("", "theo", password)).toMatchObject({
    problem: { code: "owner-token-invalid" },
  });

  const second = openTestHome(home.directory);
  const races = await Promise.all([
    accounts.claim(token, "theo", password),
    open(second).accounts.claim(token, "eve", password),
  ]);
  second.close();
  expect(races.filter(({ ok }) => ok)).toHaveLength(1);
  expect(races.filter(({ ok }) => !ok)).toMatchObject([{ problem: { code: "owner-token-invalid" } }]);
  expect(await accounts.claim(token, "mallory", password)).toMatchObject({
    problem: { code: "owner-token-invalid" },
  });
  expect(await accounts.firstOwnerToken()).toBeUndefined();
});

test("a claim that is refused for its password leaves the token usable", async () => {
  using home = testHome();
  const { accounts } = open(home);
  const token = (await accounts.firstOwnerToken()) ?? "";
  expect(await accounts.claim(token, "theo", "too short")).toMatchObject({
    problem: { code: "account-invalid" },
  });
  expect(await accounts.claim(token, "theo\n", password)).toMatchObject({
    problem: { code: "account-invalid" },
  });
  expect(await accounts.claim(token, "theo", password)).toMatchObject({ ok: true });
});

test("neither a password nor the owner token is on the disk in the clear", async () => {
  using home = testHome();
  const { accounts } = await withAda(home);
  const token = (await accounts.firstOwnerToken()) ?? "";
  const rows = home.store.all(queries.selectFrom("accounts").selectAll());
  expect(rows[0]?.password).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$/);
  const [held] = home.store.all(queries.selectFrom("owner_token").select("hash"));
  expect(Buffer.from(held?.hash ?? []).toString("base64url")).not.toContain(token.slice(6));
});

test("an unknown name and a wrong password get the same words and the same work", async () => {
  using home = testHome();
  const { accounts } = await withAda(home);
  expect(await accounts.signIn("nobody", password)).toEqual(
    await accounts.signIn("ada", "wrong horse battery"),
  );

  const timed = async (name: string) => {
    const start = performance.now();
    await accounts.signIn(name, "wrong horse battery");
    return performance.now() - start;
  };
  // The least of three, interleaved: a shortcut for unknown names would be some fifty times faster.
  const known: number[] = [];
  const unknown: number[] = [];
  for (const n of [1, 2, 3]) {
    known.push(await timed("ada"));
    unknown.push(await timed(`stranger-${n}`));
  }
  expect(Math.min(...unknown)).toBeGreaterThan(Math.min(...known) / 4);
});

test("an account cannot be made twice, whatever the case of its name", async () => {
  using home = testHome();
  const { accounts } = await withAda(home);
  expect(await accounts.add(ownerAtTheMachine(), { name: "ADA", password, role: "owner" })).toMatchObject({
    problem: { code: "account-exists" },
  });
});

test("a session ends after eight hours, and one that was changed or made elsewhere is not valid", async () => {
  using home = testHome();
  using elsewhere = testHome();
  const { accounts, clock } = await withAda(home);
  const { token, expiresAtMs } = granted(await accounts.signIn("ada", password));
  expect(expiresAtMs).toBe(clock.now + 8 * 60 * 60 * 1000);

  const other = await withAda(elsewhere);
  const foreign = granted(await other.accounts.signIn("ada", password)).token;
  const [head = "", claims = "", seal = ""] = token.split(".");
  const none = Buffer.from('{"alg":"none","typ":"unseen-session+jwt"}').toString("base64url");
  const reversed = [...seal].reverse().join("");
  for (const forged of [
    foreign,
    `${head}.${claims}.${reversed}`,
    `${none}.${claims}.`,
    "",
    "a.b.c",
    `${token}x`,
  ]) {
    expect(await accounts.callerOf(forged)).toMatchObject({ problem: { code: "session-invalid" } });
  }
  clock.now = expiresAtMs + 1_000;
  expect(await accounts.callerOf(token)).toMatchObject({ problem: { code: "session-expired" } });
});

test("a token that the home's key signed for another purpose or another node is no session", async () => {
  using home = testHome();
  const { accounts, clock } = await withAda(home);
  const { id } = granted(accounts.all(ownerAtTheMachine()))[0] ?? { id: "" };
  const seconds = clock.now / 1000;
  const claims = {
    generation: 1,
    sub: id,
    iss: home.nodeId,
    aud: home.nodeId,
    iat: seconds,
    exp: seconds + 60,
  };
  const sign = (header: object, payload: object) => {
    const body = [header, payload]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    return `${body}.${createHmac("sha256", Secret.reveal(home.keys.session)).update(body).digest("base64url")}`;
  };
  const header = { alg: "HS256", typ: "unseen-session+jwt" };
  expect(await accounts.callerOf(sign(header, claims))).toMatchObject({ ok: true });
  const { exp: _, ...endless } = claims;
  const wrong = [
    sign({ ...header, typ: "JWT" }, claims),
    sign(header, { ...claims, aud: "node_other" }),
    sign(header, { ...claims, iss: "node_other" }),
    sign(header, { ...claims, generation: 2 }),
    sign(header, { ...claims, generation: 0.5 }),
    sign(header, { ...claims, sub: "acct_nobody" }),
    sign(header, endless),
  ];
  for (const token of wrong)
    expect(await accounts.callerOf(token)).toMatchObject({ problem: { code: "session-invalid" } });
});

test("changing the password ends every session and needs the current one", async () => {
  using home = testHome();
  const { accounts } = await withAda(home);
  const { token } = granted(await accounts.signIn("ada", password));
  const ada = granted(await accounts.callerOf(token));
  expect(await accounts.changePassword(ada, "wrong horse battery", "new password 1")).toMatchObject({
    problem: { code: "sign-in-failed" },
  });
  expect(await accounts.changePassword(ada, password, "new password 1")).toMatchObject({ ok: true });
  expect(await accounts.callerOf(token)).toMatchObject({ problem: { code: "session-invalid" } });
  expect(await accounts.signIn("ada", password)).toMatchObject({ problem: { code: "sign-in-failed" } });
  expect(await accounts.signIn("ada", "new password 1")).toMatchObject({ ok: true });
});

test("forty parallel guesses of one password check five of them, and the name opens again after its wait", async () => {
  using home = testHome();
  const { accounts, clock } = await withAda(home);
  const guesses = await Promise.all(
    Array.from({ length: 40 }, (_, n) => accounts.signIn("ada", `guess number ${n}`)),
  );
  const codes = guesses.map((guess) => (guess.ok ? "in" : guess.problem.code));
  expect(codes.filter((code) => code === "sign-in-failed")).toHaveLength(5);
  expect(codes.filter((code) => code === "sign-in-busy")).toHaveLength(35);
  expect(await accounts.signIn("ada", password)).toMatchObject({ problem: { code: "sign-in-busy" } });
  clock.now += 1_001;
  expect(await accounts.signIn("ada", password)).toMatchObject({ ok: true });
});

test("a crowd of sign-ins is checked two at a time, eighteen are let in, and the rest is told to come back", async () => {
  using home = testHome();
  const { accounts } = await withAda(home);
  const crowd = await Promise.all(
    Array.from({ length: 40 }, (_, n) => accounts.signIn(`stranger-${n}`, password)),
  );
  const codes = crowd.map((each) => (each.ok ? "in" : each.problem.code));
  expect(codes.filter((code) => code === "sign-in-failed")).toHaveLength(18);
  expect(codes.filter((code) => code === "sign-in-busy")).toHaveLength(22);
  expect(await accounts.signIn("ada", password)).toMatchObject({ ok: true });
});
