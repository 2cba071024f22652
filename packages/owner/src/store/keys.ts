// The home's own secrets, one file each. A key is made once, by whoever comes first: it is written whole
// under a passing name, forced to the disk, and then linked to its real name, which fails if that name is
// taken. So a crash leaves either no key or a whole one, and two processes at once agree on one.

import { randomUUID } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { type Entropy, Secret } from "@unseen/base";

/** 256 bits: the key size of HMAC-SHA-256 (RFC 7518, section 3.2) and of AES-256. */
const keyBytes = 32;

export type HomeKeys = {
  /** Signs sessions (HMAC-SHA-256). */
  readonly session: Secret<Uint8Array>;
  /** Decides which rows of a person with too many are kept, so that the same rows are kept every time. */
  readonly bounding: Secret<Uint8Array>;
  /** The node's identity as a party of computations (Ed25519). */
  readonly party: Secret<Uint8Array>;
};

/** Reads the keys in `directory`, making those that are missing. Throws if one cannot be read or is not whole. */
export function openKeys(directory: string, entropy: Entropy): HomeKeys {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  const keys = {
    session: Secret.of(openKey(directory, "session.key", entropy)),
    bounding: Secret.of(openKey(directory, "bounding.key", entropy)),
    party: Secret.of(openKey(directory, "party.key", entropy)),
  };
  return keys;
}

function openKey(directory: string, name: string, entropy: Entropy): Uint8Array {
  const file = join(directory, name);
  if (!readdirSync(directory).includes(name)) makeKey(directory, file, entropy);
  chmodSync(file, 0o600);
  const key = new Uint8Array(readFileSync(file));
  if (key.length !== keyBytes) throw new Error(`the key file ${name} is not whole`);
  return key;
}

function makeKey(directory: string, file: string, entropy: Entropy): void {
  const passing = `${file}.${randomUUID()}.new`;
  const written = openSync(passing, "wx", 0o600);
  try {
    writeSync(written, entropy.fill(new Uint8Array(keyBytes)));
    fsyncSync(written);
  } finally {
    closeSync(written);
  }
  try {
    linkSync(passing, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(passing);
  }
  const held = openSync(directory, "r");
  fsyncSync(held);
  closeSync(held);
}
