// There is no default password. A home without an owner has a token of 256 random bits instead: shown once on
// the owner's own screen, stored only as its SHA-256 (a plain hash is enough: it cannot be guessed), and gone
// as soon as the first owner account is made with it.

import { createHash, timingSafeEqual } from "node:crypto";
import type { Entropy } from "@unseen/base";
import { queries, type Store } from "../store/index.ts";

const tokenBytes = 32;

/**
 * A fresh token, as long as there is no owner; `undefined` once there is one. The newest token stands alone, so
 * an owner whose screen was lost before they read it starts the node again.
 */
export async function issueOwnerToken(store: Store, entropy: Entropy): Promise<string | undefined> {
  const token = `owner_${Buffer.from(entropy.fill(new Uint8Array(tokenBytes))).toString("base64url")}`;
  const hash = hashOf(token);
  return store.write(() => {
    const owner = store.first(queries.selectFrom("accounts").select("id").where("role", "=", "owner"));
    if (owner !== undefined) return undefined;
    const row = queries.insertInto("owner_token").values({ only: 1n, hash });
    store.all(row.onConflict((held) => held.column("only").doUpdateSet({ hash })));
    return token;
  });
}

export function isOwnerToken(store: Store, token: string): boolean {
  const held = store.first(queries.selectFrom("owner_token").select("hash"));
  return held !== undefined && timingSafeEqual(hashOf(token), held.hash);
}

/** Inside the transaction that makes the owner. */
export function burnOwnerToken(store: Store): void {
  store.all(queries.deleteFrom("owner_token"));
}

function hashOf(token: string): Uint8Array {
  return new Uint8Array(createHash("sha256").update(token).digest());
}
