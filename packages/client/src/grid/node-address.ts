// Where a node is, checked before a password is sent there.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";

/** Reads a node's address: https anywhere, http on this machine only, since a password would travel in clear. */
export function parseNodeAddress(text: string): Result<string, Problem> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
    return err(
      problem("insecure-address", "a node's address begins with https://, or with http:// on this machine", {
        hint: 'for example "https://hospital.example:7700" or "http://localhost:7700"',
      }),
    );
  }
  if (url.username !== "" || url.password !== "") {
    return err(
      problem(
        "insecure-address",
        "the address holds a username or password, which addresses leak into logs",
        {
          hint: "give them as `username` and `password`",
        },
      ),
    );
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    return err(
      problem("insecure-address", `the password would travel to ${url.host} in clear`, {
        hint: `use https://${url.host}; http:// is for this machine alone`,
      }),
    );
  }
  return ok(url.origin + url.pathname.replace(/\/+$/, ""));
}

/** The names and addresses that never leave the machine (RFC 6761 section 6.3, RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3). */
function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}
