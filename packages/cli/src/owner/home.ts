// The owner's home, for commands that run beside it. Whoever can open its files can do all that an owner can.

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Clock, platformEntropy } from "@unseen/base";
import { LedgerFailed, type Owner, type OwnerOptions, openOwner } from "@unseen/owner";
import { failedBy, orFail } from "../shell/failure.ts";

export type HomeOptions = { readonly home: string; readonly json?: boolean };

export const clock: Clock = { nowMs: () => Date.now() };
export const entropy = platformEntropy(globalThis.crypto);

/** Opens the home, making it if it is not there. */
export async function openHome(
  options: HomeOptions,
  more: Omit<OwnerOptions, "home" | "clock" | "entropy"> = {},
): Promise<Owner> {
  return orFail(await openOwner({ home: resolve(options.home), clock, entropy, ...more }));
}

/** Runs a command on a home and closes it, whatever happens. */
export async function inHome<T>(
  options: HomeOptions,
  use: (owner: Owner) => Promise<T>,
  more: Pick<OwnerOptions, "ledger"> = {},
): Promise<T> {
  const owner = await openHome(options, more);
  try {
    return await use(owner);
  } catch (error) {
    throw error instanceof LedgerFailed ? failedBy(error.problem) : error;
  } finally {
    await owner.close();
  }
}

/** The same, for what makes no sense in a home that is not there: a mistyped name makes no new one. */
export async function inExistingHome<T>(options: HomeOptions, use: (owner: Owner) => Promise<T>): Promise<T> {
  if (!existsSync(join(options.home, "unseen.sqlite"))) {
    const message = `there is no home in ${options.home}`;
    throw failedBy({
      code: "home-unreadable",
      message,
      hint: "--home DIR or UNSEEN_HOME says where it is; `unseen serve` or `unseen dataset add` makes one",
    });
  }
  return inHome(options, use);
}
