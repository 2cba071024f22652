/** Anything that the server, the network or the driver did; `cause` has it. */
export class PostgresFailed extends Error {
  override readonly name = "PostgresFailed";
}

export async function failing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof PostgresFailed ? cause : new PostgresFailed("PostgreSQL failed", { cause });
  }
}

/**
 * What an owner can do about a server that could not be used, by the code of the error alone: a server's own words
 * may quote what it was sent.
 */
export function whatToDo(error: unknown): string {
  const told = error instanceof PostgresFailed ? error.cause : error;
  const code = (told as { readonly code?: unknown } | undefined)?.code;
  if (typeof code !== "string") return "check that the server is running and can be reached from here";
  return cures.find(([codes]) => codes.test(code))?.[1] ?? `the server or the network said ${code}`;
}

/** Codes of Node (errno, TLS) and of PostgreSQL (appendix A of its manual). */
const cures: readonly (readonly [RegExp, string])[] = [
  [
    /^(ECONNREFUSED|ENOENT|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/,
    "no server answers at that address; check that it runs",
  ],
  [/^(ENOTFOUND|EAI_AGAIN)$/, "the name of that host is not known here"],
  [
    /^(28|08P01|SASL)/,
    "the server refused the user or the password: give it as PGPASSWORD or in a password file (PGPASSFILE, ~/.pgpass)",
  ],
  [/^3D000$/, "the server has no database of that name; make it first"],
  [
    /^42501$/,
    "the user may not do this there: it needs the right to create a schema in that database, or a schema of its own",
  ],
  [
    /(CERT|SIGNATURE|ALTNAME)/,
    "the server's certificate is not one that is trusted for that name: sslrootcert=FILE names the authority that signed it",
  ],
  [/^57P0/, "the server is starting or shutting down; try again"],
];
