// An owner's home is one directory:
//
//   unseen.sqlite   ledger, catalogue, accounts
//   data/           a snapshot of each dataset
//   trainings/      what was asked for and paid, and checkpoints, of trainings that are not done
//   keys/           the home's own secrets
//
// Opening makes what is missing and keeps what is there, so a crash in the middle of the first opening
// leaves something that opens. All of it is readable by the owner's user alone. Several processes may have
// one home open at once.

import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { type Entropy, err, ok, type Problem, problem, type Result } from "@unseen/base";
import { type HomeKeys, openKeys } from "./keys.ts";
import { NewerStore, queries, Store } from "./store.ts";

export type Home = {
  readonly directory: string;
  /** The store's own. */
  readonly file: string;
  /** Where snapshots of datasets are kept; the catalogue stores file names below it. */
  readonly dataDirectory: string;
  /** Where trainings that are not done are kept; made when it is needed. */
  readonly trainingsDirectory: string;
  /** Random, made with the home; issuer and audience of its sessions. Public. */
  readonly nodeId: string;
  readonly store: Store;
  readonly keys: HomeKeys;
  close(): void;
};

/** Opens the home in `directory`, making it if it is not there. The problem's facts never hold a key. */
export function openHome(
  directory: string,
  { entropy }: { readonly entropy: Entropy },
): Result<Home, Problem<"home-unreadable">> {
  let store: Store | undefined;
  try {
    const dataDirectory = join(directory, "data");
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
    const keys = openKeys(join(directory, "keys"), entropy);
    const file = join(directory, "unseen.sqlite");
    // SQLite gives the files beside it the mode of the database, so the mode is set before SQLite sees it.
    closeSync(openSync(file, "a", 0o600));
    const opened = Store.open(file);
    store = opened;
    const nodeId = settleNodeId(opened, entropy);
    const trainingsDirectory = join(directory, "trainings");
    const places = { directory, file, dataDirectory, trainingsDirectory };
    return ok({ ...places, nodeId, store: opened, keys, close: () => opened.close() });
  } catch (error) {
    store?.close();
    return err(unreadable(error));
  }
}

function settleNodeId(store: Store, entropy: Entropy): string {
  const held = store.first(queries.selectFrom("node").select("id"));
  if (held !== undefined) return held.id;
  const fresh = `node_${Buffer.from(entropy.fill(new Uint8Array(12))).toString("hex")}`;
  store.all(
    queries
      .insertInto("node")
      .values({ only: 1n, id: fresh })
      .onConflict((clash) => clash.doNothing()),
  );
  return settleNodeId(store, entropy);
}

function unreadable(error: unknown): Problem<"home-unreadable"> {
  if (error instanceof NewerStore) {
    return problem("home-unreadable", "This home was made by a newer version of Unseen.", {
      hint: "Start it with the version that made it, or a later one.",
    });
  }
  const code = (error as { code?: unknown }).code;
  return problem("home-unreadable", "The home directory could not be opened or created.", {
    hint: "Check that the directory is yours, that the disk has room, and that its files are whole.",
    ...(typeof code === "string" ? { facts: { cause: code } } : {}),
  });
}
