// An owner's columns become shares: the owner's node splits them among the parties, itself one of them, and tells each where
// they come from and until when they may be computed with. Whoever asks never holds more than names.

import { err, ok, type Problem, problem, type Result, Secret } from "@unseen/base";
import { RingMemory, RingMemoryFull } from "@unseen/compute";
import { digestOf, type Fingerprint, parseFingerprint } from "@unseen/crypto";
import { ChannelFailure, type Peers } from "@unseen/mpc";
import { type AskedColumns, columnsFromBytes, columnsToBytes, type SentColumns } from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import { LedgerFailed } from "../ledger/index.ts";
import { partyFailed } from "../peers/index.ts";
import type { ColumnEngine, QuestionPorts } from "../questions/index.ts";
import { type AgreedParties, agreeOnParties } from "./agree-on-parties.ts";
import { mebibytesAtMost, type SharesPorts, tooLarge } from "./compute-on-shares.ts";
import { openProtocol } from "./open-protocol.ts";
import { type OwnColumns, ownColumns, wordsOf } from "./own-columns.ts";
import type { Provenance } from "./provenance.ts";

export type SharingPorts = {
  readonly questions: Pick<QuestionPorts, "datasets" | "clock" | "slots">;
  readonly columns: ColumnEngine;
  readonly party: SharesPorts;
};

/** Facts of a few columns and names. */
const toldBytesAtMost = 4_096;

/**
 * One party's side. At the owner's node the permit is checked before anybody is met, and the rows are read when all are there
 * and the use is written in the chain. The others learn the dataset's and the columns' names, the shape, the declared bounds and the
 * permit's id and end; the asker the same. One message to each, then one round; 8 or 16 bytes a number.
 */
export async function shareColumns(
  { questions, columns: engine, party: ports }: SharingPorts,
  caller: Caller,
  asked: AskedColumns,
): Promise<Result<SentColumns, Problem>> {
  const agreed = agreeOnParties(asked.parties, ports);
  if (!agreed.ok) return agreed;
  const parties = agreed.value;
  const owner = placeOfOwner(asked.owner, parties);
  if (!owner.ok) return owner;
  const isMine = owner.value === parties.me;
  const mine = isMine ? await ownColumns(questions, ports.permits, caller, asked, parties) : undefined;
  if (mine?.ok === false) return mine;
  const inside = ports.room.enter(caller);
  if (!inside.ok) return inside;
  using _inside = inside.value;
  const peers = await ports.meet({
    id: asked.id,
    hash: hashOf(asked, parties),
    parties: parties.parties,
    me: parties.me,
  });
  if (!peers.ok) return peers;
  try {
    const split = await splitAmong(
      { parties, peers: peers.value, from: owner.value },
      mine?.value,
      async (own) => {
        await ports.permits.noteUse(own.permitted.permit, caller, "shared", asked.columns.join(", "));
        const sinceMs = questions.clock.nowMs();
        const read = await engine.permittedColumns(own.snapshot, own.layout.rows, own.permitted);
        // When the others hear of it says as little of the rows as when an asker does.
        await questions.slots.next(sinceMs, 0);
        return read.ok ? ok(Secret.of(wordsOf(Secret.reveal(read.value), own.layout))) : read;
      },
    );
    if (!split.ok) return split;
    const { told, parts } = split.value;
    if (told.validUntilMs <= ports.clock.nowMs())
      return err(problem("sharing-not-permitted", "the owner's permit has ended"));
    const provenance: Provenance = {
      owner: parties.parties[owner.value]!,
      dataset: asked.dataset,
      columns: asked.columns,
      permitId: told.permitId,
      untilMs: told.validUntilMs,
      splitId: Buffer.from(asked.id).toString("hex"),
    };
    const kept = ports.shares.put(caller, asked.objectId, { parties, facts: told.facts, parts, provenance });
    return kept.ok ? ok(told) : kept;
  } catch (failure) {
    if (failure instanceof RingMemoryFull) return err(tooLarge());
    if (failure instanceof LedgerFailed) return err(failure.problem);
    return err(partyFailed(failure));
  } finally {
    for (const { channel } of peers.value.values()) channel.close("the columns are shared");
  }
}

type Split = { readonly told: SentColumns; readonly parts: readonly BigUint64Array[] };

/** The owner's node tells what comes, and everybody takes their share of it. */
async function splitAmong(
  { parties, peers, from }: { parties: AgreedParties; peers: Peers; from: number },
  mine: OwnColumns | undefined,
  read: (own: OwnColumns) => Promise<Result<Secret<BigUint64Array>, Problem>>,
): Promise<Result<Split, Problem>> {
  const words = mine === undefined ? undefined : await read(mine);
  if (words?.ok === false) return words;
  if (mine !== undefined) for (const { channel } of peers.values()) channel.send(columnsToBytes(mine.told));
  const told = mine?.told ?? (await toldBy(from, peers));
  const memory = await RingMemory.open(mebibytesAtMost);
  const protocol = openProtocol(parties, peers, memory);
  const length = told.facts.shape.reduce((product, size) => product * size, 1);
  const values = words === undefined ? undefined : memory.columnOf(Secret.reveal(words.value));
  const shared = await protocol.share(from, length, values);
  return ok({ told, parts: shared.parts.map((part) => memory.words(part).slice()) });
}

async function toldBy(from: number, peers: Peers): Promise<SentColumns> {
  const told = columnsFromBytes(await peers.get(from)!.channel.receive(toldBytesAtMost));
  if (told.ok) return told.value;
  throw new ChannelFailure("malformed", from, `party ${from} told nothing readable of its columns`);
}

/** What all sign when they meet. */
function hashOf(
  { objectId, dataset, columns, owner }: AskedColumns,
  { protocol }: AgreedParties,
): Uint8Array {
  const text = JSON.stringify([protocol, objectId, parseFingerprint(owner), dataset, columns]);
  return digestOf("unseen sharing of columns 1", new TextEncoder().encode(text));
}

/** The owner's node takes part in all that is computed on its columns: nothing is opened where its owner says no. */
function placeOfOwner(owner: string, { parties, protocol }: AgreedParties): Result<number, Problem> {
  const fingerprint: Fingerprint | undefined = parseFingerprint(owner);
  const place = fingerprint === undefined ? -1 : parties.indexOf(fingerprint);
  const computing = protocol === "provider" ? parties.length - 1 : parties.length;
  if (place !== -1 && place < computing) return ok(place);
  return err(
    problem("parties-invalid", "the node that has the dataset is none of the parties that compute", {
      hint: "name it among them: nothing is opened of its columns without it",
    }),
  );
}
