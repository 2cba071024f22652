// Sessions are signed tokens (JWT, HMAC-SHA-256 under the home's key) that say which account, made at which
// generation of it, until when. Nothing is stored for them: a change of password raises the generation.

import { type Clock, err, ok, type Problem, problem, type Result, Secret } from "@unseen/base";
import { errors, jwtVerify, SignJWT } from "jose";

/** Eight hours: a working day. */
export const defaultLifetimeMs = 8 * 60 * 60 * 1000;

const algorithm = "HS256";
/** Says what the token is for, so that no other token signed with the key can pass as one (RFC 8725, section 3.11). */
const kind = "unseen-session+jwt";

export type Session = { readonly token: string; readonly expiresAtMs: number };
export type SessionClaims = { readonly accountId: string; readonly generation: number };

export class Sessions {
  readonly #key: Secret<Uint8Array>;
  readonly #nodeId: string;
  readonly #clock: Clock;
  readonly #lifetimeMs: number;

  constructor(ports: {
    readonly key: Secret<Uint8Array>;
    readonly nodeId: string;
    readonly clock: Clock;
    readonly lifetimeMs: number;
  }) {
    this.#key = ports.key;
    this.#nodeId = ports.nodeId;
    this.#clock = ports.clock;
    this.#lifetimeMs = ports.lifetimeMs;
  }

  async issue({ accountId, generation }: SessionClaims): Promise<Session> {
    const issuedAt = Math.floor(this.#clock.nowMs() / 1000);
    const expiresAt = issuedAt + Math.floor(this.#lifetimeMs / 1000);
    const token = await new SignJWT({ generation })
      .setProtectedHeader({ alg: algorithm, typ: kind })
      .setSubject(accountId)
      .setIssuer(this.#nodeId)
      .setAudience(this.#nodeId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(Secret.reveal(this.#key));
    return { token, expiresAtMs: expiresAt * 1000 };
  }

  async read(token: string): Promise<Result<SessionClaims, Problem<"session-invalid" | "session-expired">>> {
    try {
      const { payload } = await jwtVerify(token, Secret.reveal(this.#key), {
        algorithms: [algorithm],
        typ: kind,
        issuer: this.#nodeId,
        audience: this.#nodeId,
        requiredClaims: ["sub", "exp", "iat", "generation"],
        currentDate: new Date(this.#clock.nowMs()),
      });
      const { sub, generation } = payload;
      if (typeof sub !== "string" || typeof generation !== "number") return err(sessionInvalid());
      return ok({ accountId: sub, generation });
    } catch (error) {
      if (error instanceof errors.JWTExpired) return err(sessionExpired());
      if (error instanceof errors.JOSEError) return err(sessionInvalid());
      throw error;
    }
  }
}

export function sessionInvalid(): Problem<"session-invalid"> {
  return problem("session-invalid", "This session is not valid on this node.", { hint: "Sign in again." });
}

function sessionExpired(): Problem<"session-expired"> {
  return problem("session-expired", "This session has ended.", { hint: "Sign in again." });
}
