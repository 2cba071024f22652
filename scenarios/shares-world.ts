// Nodes that compute with each other, in this process: real houses on the real disk, HTTP in front, mutual TLS between.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { invariant, type Problem, platformEntropy, type Result } from "@unseen/base";
import { type Owner, openOwner, ownerAtTheMachine, type Serving, serveNode } from "@unseen/owner";
import { GridClient } from "unseen";

const entropy = platformEntropy(globalThis.crypto);
export const password = "a sentence that nobody else knows";

export type House = {
  readonly name: string;
  readonly home: string;
  readonly owner: Owner;
  readonly url: string;
  close(): Promise<void>;
};

export type SharesWorld = AsyncDisposable & {
  readonly houses: readonly House[];
  readonly house: (name: string) => House;
  /** All nodes as an asker who has an account at each. */
  readonly asker: (username?: string) => Promise<GridClient>;
};

/** Every owner allows every other, unless `mayCompute` says otherwise. */
export async function sharesWorld(
  names: readonly string[],
  options: {
    readonly furnish?: (owner: Owner, at: number) => Promise<unknown>;
    /** How long a node waits for the others. */
    readonly joinMs?: number;
    readonly mayCompute?: (one: string, other: string) => boolean;
    readonly honestOwnersAtMost?: (name: string) => number;
  } = {},
): Promise<SharesWorld> {
  const directory = mkdtempSync(join(tmpdir(), "unseen-shares-"));
  const houses = await Promise.all(
    names.map((name) =>
      openHouse(join(directory, name), name, {
        ...(options.joinMs === undefined ? {} : { joinMs: options.joinMs }),
        honestOwnersAtMost: options.honestOwnersAtMost?.(name) ?? 1,
      }),
    ),
  );
  for (const [at, { owner }] of houses.entries()) await options.furnish?.(owner, at);
  for (const one of houses) {
    for (const other of houses) {
      if (one === other || options.mayCompute?.(one.name, other.name) === false) continue;
      const { fingerprint, peersUrl } = other.owner;
      wholeOf(await one.owner.peers.allow({ fingerprint, name: other.name, url: peersUrl! }));
    }
  }
  const house = (name: string) => {
    const found = houses.find((one) => one.name === name);
    invariant(found !== undefined, "the world has the house");
    return found;
  };
  return {
    houses,
    house,
    asker: (username = "ada") =>
      GridClient.connect({ urls: houses.map(({ url }) => url), username, password }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(houses.map((one) => one.close()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export async function openHouse(
  home: string,
  name: string,
  more: { readonly joinMs?: number; readonly honestOwnersAtMost?: number } = {},
): Promise<House> {
  const clock = { nowMs: () => Date.now() };
  const peers = { host: "127.0.0.1", port: 0, ...more };
  const owner = wholeOf(await openOwner({ home, name, clock, entropy, slotMs: 0, peers }));
  for (const researcher of ["ada", "mallory"])
    await owner.accounts.add(ownerAtTheMachine(), { name: researcher, password, role: "researcher" });
  const serving: Serving = wholeOf(await serveNode(owner.node, { host: "127.0.0.1", port: 0 }));
  let isOpen = true;
  return {
    name,
    home,
    owner,
    url: serving.url,
    close: async () => {
      if (!isOpen) return;
      isOpen = false;
      await serving.close();
      await owner.close();
    },
  };
}

export function wholeOf<T>(result: Result<T, Problem>): T {
  if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.message}`);
  return result.value;
}
