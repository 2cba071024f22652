// Where a PostgreSQL database is: postgres://USER@HOST:PORT/DATABASE, with a few parameters. An address names no
// password, so it may stand in a home, in a list of processes and in a log. The driver takes the password from
// PGPASSWORD or from a password file (PGPASSFILE, ~/.pgpass).
//
// Beyond this machine the connection is TLS, and the server's certificate and name are checked, unless the address
// itself says sslmode=disable. There is no mode between the two: TLS to nobody in particular protects from nobody.

import { readFileSync } from "node:fs";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type pg from "pg";

export type PostgresAddress = {
  /** A name, an IP address, or the directory of a socket. */
  readonly host: string;
  readonly port: number;
  /** Left out: PGUSER, or the account that the process runs under. */
  readonly user: string | undefined;
  readonly database: string;
  readonly isTls: boolean;
  /** PEM file of the authority that signed the server's certificate; left out: those that Node trusts. */
  readonly caFile: string | undefined;
  /** What a ledger's or a table's address says besides, by name. */
  readonly more: ReadonlyMap<string, string>;
};

type AddressInvalid = Problem<"database-address-invalid">;

const usualPort = 5_432;

/** Reads an address in which the parameters `more` may stand too. The problem repeats nothing of the text. */
export function parsePostgresAddress(
  text: string,
  more: readonly string[],
): Result<PostgresAddress, AddressInvalid> {
  if (!URL.canParse(text)) return invalid("the address of a database is postgres://USER@HOST/DATABASE");
  const url = new URL(text);
  if (!/^postgres(ql)?:$/.test(url.protocol))
    return invalid("the address of a database begins with postgres://");
  if (url.password !== "" || url.searchParams.has("password"))
    return invalid(
      "an address holds no password: it would be kept in the home and shown to whoever lists processes",
      "leave it out of the address, and give it as PGPASSWORD or in a password file (PGPASSFILE, ~/.pgpass)",
    );
  const known = ["host", "sslmode", "sslrootcert", ...more];
  const names = [...url.searchParams.keys()];
  if (names.some((name, at) => !known.includes(name) || names.indexOf(name) !== at))
    return invalid(`the parameters of this address are ${known.join(", ")}, each at most once`);
  const given = (name: string) => url.searchParams.get(name) || undefined;
  const decoded = decodedParts(url);
  if (decoded === undefined) return invalid("the address holds an escape that stands for no character");
  const host = given("host") ?? decoded.host;
  if (host === "" || decoded.database === "")
    return invalid("the address names a host and a database: postgres://USER@HOST/DATABASE");
  const mode = given("sslmode");
  if (mode !== undefined && mode !== "disable" && mode !== "verify-full")
    return invalid(
      "sslmode is verify-full or disable",
      "verify-full is TLS that checks the server's certificate and name; sslrootcert=FILE names its authority",
    );
  return ok({
    host,
    port: url.port === "" ? usualPort : Number(url.port),
    user: decoded.user === "" ? undefined : decoded.user,
    database: decoded.database,
    isTls: mode === undefined ? !isThisMachine(host) : mode === "verify-full",
    caFile: given("sslrootcert"),
    more: new Map(more.flatMap((name) => (given(name) === undefined ? [] : [[name, given(name)!] as const]))),
  });
}

/** One text for one address, as a home keeps it. */
export function addressText({ host, port, user, database, isTls, caFile, more }: PostgresAddress): string {
  const parameters = new URLSearchParams([
    ...(host.startsWith("/") ? [["host", host] as [string, string]] : []),
    ["sslmode", isTls ? "verify-full" : "disable"],
    ...(caFile === undefined ? [] : [["sslrootcert", caFile] as [string, string]]),
    ...more,
  ]);
  const named = user === undefined ? "" : `${encodeURIComponent(user)}@`;
  const shown = host.startsWith("/") ? "localhost" : host.includes(":") ? `[${host}]` : host;
  const place = port === usualPort ? shown : `${shown}:${port}`;
  return `postgres://${named}${place}/${encodeURIComponent(database)}?${parameters}`;
}

/** As the driver takes it. Throws where the authority's file cannot be read. */
export function connectionOf({
  host,
  port,
  user,
  database,
  isTls,
  caFile,
}: PostgresAddress): pg.ClientConfig {
  return {
    host,
    port,
    database,
    ...(user === undefined ? {} : { user }),
    // Said in either case: left out, PGSSLMODE would decide.
    ssl: isTls && {
      rejectUnauthorized: true,
      ...(caFile === undefined ? {} : { ca: readFileSync(caFile, "utf8") }),
    },
  };
}

/** Names of schemas and tables as PostgreSQL keeps them when nobody quotes them. */
export function isPlainName(name: string): boolean {
  return /^[a-z_][a-z0-9_]{0,62}$/.test(name);
}

export function addressInvalid(message: string, hint?: string): AddressInvalid {
  return problem("database-address-invalid", message, hint === undefined ? {} : { hint });
}

function invalid(message: string, hint?: string): Result<never, AddressInvalid> {
  return err(addressInvalid(message, hint));
}

function decodedParts(url: URL) {
  try {
    return {
      host: decodeURIComponent(url.hostname).replace(/^\[|\]$/g, ""),
      user: decodeURIComponent(url.username),
      database: decodeURIComponent(url.pathname.slice(1)),
    };
  } catch {
    return undefined;
  }
}

function isThisMachine(host: string): boolean {
  return host.startsWith("/") || ["localhost", "127.0.0.1", "::1"].includes(host);
}
