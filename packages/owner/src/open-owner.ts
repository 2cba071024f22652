// Opens an owner's house: store, ledger, accounts, catalogue, engine, and the node that serves them. Wires,
// and does nothing else.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, type Entropy, err, ok, type Problem, problem, type Result } from "@unseen/base";
import { type Fingerprint, type Identity, identityFrom } from "@unseen/crypto";
import { noDelta, parseDelta, parseEpsilon } from "@unseen/privacy";
import { type Card, cardToJson, parseCard } from "@unseen/program";
import { Accounts, type Caller, ownerAtTheMachine } from "./accounts/index.ts";
import { Catalogue } from "./catalogue/index.ts";
import { catalogued } from "./catalogued-datasets.ts";
import { HomeEngine, isPostgresSnapshot } from "./engine/index.ts";
import { type OwnerNode, Workspaces } from "./http/index.ts";
import { type IngestReport, ingestFile, ingestTable, removeTableSnapshot } from "./ingest/index.ts";
import { NoisedBook } from "./joint/index.ts";
import {
  amount,
  type Caps,
  type Ledger,
  type LedgerPolicy,
  openHomeLedger,
  usualFilter,
} from "./ledger/index.ts";
import { AllowedPeers, listenForPeers, meetOverTls, type PeerListener } from "./peers/index.ts";
import { defaultSlotMs, evenSlots, SingleFlight } from "./questions/index.ts";
import { SharePermits } from "./share-permits/index.ts";
import { ComputingRoom, HeldShares, type SharesPorts } from "./shares/index.ts";
import { openHome, type Store } from "./store/index.ts";
import {
  KeptTrainings,
  ThreadTrainer,
  TrainingDesk,
  type TrainingPolicy,
  usualTrainingPolicy,
} from "./trainings/index.ts";

export type OwnerOptions = {
  /** The home directory; made if it is not there. */
  readonly home: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** What the node calls itself to askers. */
  readonly name?: string;
  /** Width of the slots of time in which paid answers leave; 0 sends them at once. */
  readonly slotMs?: number;
  readonly sessionLifetimeMs?: number;
  /**
   * Where the node takes other parties in; left out: it takes no part in computations with others. Port 0: any. The others are
   * waited for ten seconds, unless `joinMs` says otherwise.
   */
  readonly peers?: {
    readonly host: string;
    readonly port: number;
    readonly joinMs?: number;
    /** How many honest owners a question to several may count on, this one among them; left out: 1, so nobody else's noise. */
    readonly honestOwnersAtMost?: number;
  };
  /** What trainings may take of the machine; what is left out is as usual. */
  readonly trainings?: Partial<TrainingPolicy>;
  /**
   * Address of the PostgreSQL database that keeps the ledger, without a password. Left out: where the home says, which
   * is in the home itself until another place was named once. A ledger that is named another place moves there whole.
   */
  readonly ledger?: string;
};

/** Cards kept parsed; a node has a handful of datasets. */
const mostCardsKept = 1_000;

export type AddedDataset = { readonly name: string; readonly report: IngestReport };

/** An open house, for who runs it. Everything here acts as the owner: it is never behind a wire. */
export type Owner = {
  readonly node: OwnerNode;
  readonly accounts: Accounts;
  readonly catalogue: Catalogue<Card>;
  readonly ledger: Ledger;
  readonly policy: LedgerPolicy;
  /** The address of the ledger's database, without a password; undefined where the ledger is in the home. */
  readonly ledgerKeptAt: string | undefined;
  /** Who the node is to other parties, for their owners to allow. */
  readonly fingerprint: Fingerprint;
  /** The nodes that this one computes with. */
  readonly peers: AllowedPeers;
  /** Columns that become shares, and what may be opened of them. */
  readonly sharePermits: SharePermits;
  /** Where other parties come in, as wss://host:port/peers, if anywhere. */
  readonly peersUrl: string | undefined;
  /**
   * Reads a file once into a cleaned, bounded snapshot and registers it. Seconds for millions of rows. Of a table in
   * PostgreSQL, named by its address (postgres://USER@HOST/DATABASE?table=SCHEMA.NAME), the snapshot is made there.
   */
  addDataset(from: string, card: Card): Promise<Result<AddedDataset, Problem>>;
  /** Takes a dataset off the node and deletes its snapshot, wherever it is. What was spent under its name stays spent. */
  removeDataset(name: string): Promise<Result<undefined, Problem>>;
  close(): Promise<void>;
};

export async function openOwner(options: OwnerOptions): Promise<Result<Owner, Problem>> {
  const { clock, entropy } = options;
  const home = openHome(options.home, { entropy });
  if (!home.ok) return home;
  const { store, dataDirectory, keys, nodeId } = home.value;
  const opened = await openHomeLedger({ home: home.value, clock, entropy }, options.ledger);
  if (!opened.ok) {
    home.value.close();
    return opened;
  }
  const { ledger, policy } = opened.value;
  const engine = await HomeEngine.open({ dataDirectory });
  const accounts = new Accounts({
    home: home.value,
    clock,
    entropy,
    ...(options.sessionLifetimeMs === undefined ? {} : { sessionLifetimeMs: options.sessionLifetimeMs }),
  });
  const catalogue = new Catalogue<Card>({ store, clock, entropy, policy, parseCard: storedCards() });
  const identity = identityFrom(keys.party);
  const peers = new AllowedPeers({ store, clock });
  const permits = new SharePermits({ store, clock, entropy, policy });
  const listening = await listen(identity, options.peers);
  if (!listening.ok) {
    engine.close();
    await opened.value.close();
    home.value.close();
    return listening;
  }
  const listener = listening.value;
  const party: SharesPorts | undefined = listener && {
    identity,
    allowed: peers,
    meet: meetOverTls({ identity, allowed: peers, listener, entropy, joinMs: options.peers?.joinMs }),
    shares: new HeldShares(),
    room: new ComputingRoom(),
    clock,
    permits,
  };
  const slots = evenSlots(options.slotMs ?? defaultSlotMs, () => clock.nowMs(), entropy);
  const asked = { nodeId, datasets: catalogued(catalogue), ledger, engine, clock, slots };
  const trainingPolicy = { ...usualTrainingPolicy, ...options.trainings };
  const trainer = new ThreadTrainer();
  const desk = new TrainingDesk(trainingPolicy);
  const kept = new KeptTrainings(home.value.trainingsDirectory);
  const node: OwnerNode = {
    name: options.name ?? "owner",
    accounts,
    questions: { ...asked, entropy },
    workspaces: new Workspaces(),
    trainings: { ...asked, trainer, kept, desk, policy: trainingPolicy },
    ...(party === undefined
      ? {}
      : {
          joint: {
            party,
            columns: engine,
            book: bookOf(store, opened.value.keptAt),
            honestOwnersAtMost: options.peers?.honestOwnersAtMost ?? 1,
          },
        }),
    underway: new SingleFlight(),
  };
  const machine = ownerAtTheMachine();
  const forget = async (snapshot: string): Promise<Result<undefined, Problem>> => {
    if (isPostgresSnapshot(snapshot)) return removeTableSnapshot(snapshot);
    await rm(join(dataDirectory, snapshot), { force: true });
    return ok(undefined);
  };
  return ok({
    node,
    accounts,
    catalogue,
    ledger,
    policy,
    fingerprint: identity.fingerprint,
    peers,
    sharePermits: permits,
    peersUrl: listener?.url,
    ledgerKeptAt: opened.value.keptAt,
    addDataset: async (from, card) => {
      if (catalogue.findDataset(card.name).ok) return err(datasetExists(card.name));
      const input = { card, dataDirectory, boundingKey: keys.bounding, entropy };
      const ingested = await (/^postgres(ql)?:/.test(from)
        ? ingestTable({ ...input, from })
        : ingestFile({ ...input, file: from }));
      if (!ingested.ok) return ingested;
      const { snapshot, rowCount, report } = ingested.value;
      const added = await register(catalogue, machine, card, { snapshot, rowCount, report });
      if (added.ok) return ok({ name: card.name, report });
      await forget(snapshot);
      return added;
    },
    removeDataset: async (name) => {
      const removed = await catalogue.removeDataset(machine, name);
      if (!removed.ok) return removed;
      return forget(removed.value);
    },
    close: async () => {
      listener?.close();
      desk.close();
      trainer.close();
      engine.close();
      await opened.value.close();
      home.value.close();
    },
  });
}

/**
 * In the home, beside the ledger. A ledger in a database may serve other homes too, whose books would not know what this one
 * noised for a charge; so there is none then, and the node answers no question to several owners.
 */
function bookOf(store: Store, ledgerKeptAt: string | undefined): NoisedBook | undefined {
  return ledgerKeptAt === undefined ? new NoisedBook(store) : undefined;
}

/** Undefined where nobody is to come in. */
async function listen(
  identity: Identity,
  at: OwnerOptions["peers"],
): Promise<Result<PeerListener | undefined, Problem<"node-failed">>> {
  if (at === undefined) return ok(undefined);
  try {
    return ok(await listenForPeers(identity, at));
  } catch {
    return err(
      problem("node-failed", `the node cannot take parties in on ${at.host}:${at.port}`, {
        hint: "choose another --peers-port",
      }),
    );
  }
}

function register(
  catalogue: Catalogue<Card>,
  by: Caller,
  card: Card,
  ingested: { readonly snapshot: string; readonly rowCount: number; readonly report: IngestReport },
) {
  return catalogue.addDataset(by, {
    name: card.name,
    cardJson: JSON.stringify(cardToJson(card)),
    snapshot: ingested.snapshot,
    rows: ingested.rowCount,
    reportJson: JSON.stringify(ingested.report),
    caps: capsOf(card),
  });
}

/** The card's declared budget in the ledger's units. The card's parser has held it to what these accept. */
export function capsOf({ budget }: Card): Caps {
  const epsilon = (value: number) => {
    const parsed = parseEpsilon(value);
    return parsed.ok ? parsed.value : 0n;
  };
  const delta = budget.delta === 0 ? noDelta : parsedDelta(budget.delta);
  const cap = amount(epsilon(budget.epsilon), delta);
  // Trainings are charged for what they lose at one order; keys have a delta of their own, so some is kept for them.
  const filter = usualFilter(cap, true);
  return budget.perAsker === undefined
    ? { cap, filter }
    : { cap, filter, allotment: amount(epsilon(budget.perAsker), delta) };
}

function parsedDelta(value: number): bigint {
  const parsed = parseDelta(value);
  return parsed.ok ? parsed.value : 0n;
}

/** Reads a stored card; the same text is read once, since every question asks for its dataset's card. */
function storedCards(): (json: string) => Result<Card, Problem<"card-malformed">> {
  const read = new Map<string, Card>();
  return (json) => {
    const known = read.get(json);
    if (known !== undefined) return ok(known);
    const card = parseCard(JSON.parse(json));
    if (!card.ok) return err(problem("card-malformed", card.problem.message));
    if (read.size >= mostCardsKept) read.clear();
    read.set(json, card.value);
    return card;
  };
}

function datasetExists(name: string): Problem<"dataset-exists"> {
  return problem("dataset-exists", `there is a dataset called ${name} already`, {
    hint: "remove it first, or choose another name; what was spent under a name stays spent",
  });
}
