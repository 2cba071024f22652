// What an owner lets become shares, to whom, among whom, until when; and which programs' results may be opened.

import { readFile } from "node:fs/promises";
import { type Owner, programToReview, type SharePermit } from "@unseen/owner";
import { paint } from "../output/paint.ts";
import { table } from "../output/table.ts";
import { orFail, usageFailure } from "../shell/failure.ts";
import { type Shell, say, sayJson } from "../shell/shell.ts";
import { accountOf } from "./budget.ts";
import { clock, type HomeOptions, inExistingHome } from "./home.ts";

export type IssuePermitCommand = HomeOptions & {
  readonly to: string;
  readonly columns: string;
  readonly among: string;
  readonly provider?: string;
  readonly protocol?: "replicated" | "verified";
  readonly until: string;
};

/** Lets an account have columns become shares. Nothing can be opened under it before a program is reviewed. */
export async function issuePermit(shell: Shell, dataset: string, options: IssuePermitCommand): Promise<void> {
  await inExistingHome(options, async (owner) => {
    const { card, snapshot } = orFail(owner.catalogue.findDataset(dataset));
    const { id: account, name } = accountOf(owner, options.to);
    const columns = listed(options.columns);
    for (const column of columns) {
      const type = card.columns[column]?.type;
      if (type !== "number" && type !== "integer")
        throw usageFailure(
          `${JSON.stringify(column)} is no column of numbers of ${dataset}`,
          "--columns bmi,bp",
        );
    }
    const untilMs = Date.parse(options.until);
    if (!Number.isFinite(untilMs) || untilMs <= clock.nowMs())
      throw usageFailure("a permit ends on a day to come", "--until 2027-01-31");
    const computing = [owner.fingerprint, ...listed(options.among).map((which) => peerOf(owner, which))];
    const provider = options.provider === undefined ? [] : [peerOf(owner, options.provider)];
    const parties = [...computing, ...provider];
    if (new Set(parties).size !== parties.length) throw usageFailure("each party is somebody else");
    const protocol = options.provider === undefined ? (options.protocol ?? "verified") : "provider";
    if (options.provider !== undefined && options.protocol !== undefined)
      throw usageFailure("a protocol is named where there is no crypto provider");
    if (protocol === "provider" ? computing.length < 2 || computing.length > 5 : computing.length !== 3)
      throw usageFailure(
        "this node and two others compute, or with a crypto provider this node and one to four others",
        "--among north,lake",
      );
    const permit = await owner.sharePermits.issue({
      account,
      dataset,
      snapshot,
      columns,
      protocol,
      parties,
      untilMs,
    });
    if (options.json === true) return sayJson(shell, { permit });
    say(
      shell,
      `${permit.id}: ${name} may have ${columns.join(", ")} of ${dataset} become shares until ${dayOf(untilMs)}.`,
    );
    say(
      shell,
      `The parties are this node and ${[options.among, options.provider ?? []].flat().join(", ")}; the protocol is ${protocol}.`,
    );
    say(
      shell,
      "Nothing may be opened yet. A program's result may be once you have reviewed it: unseen permits review",
    );
  });
}

export type ReviewCommand = HomeOptions & { readonly withoutGuarantee?: boolean };

/** Shows a program, and lets its result be opened if the owner says that it needs no guarantee. */
export async function reviewProgram(
  shell: Shell,
  permit: string,
  file: string,
  options: ReviewCommand,
): Promise<void> {
  await inExistingHome(options, async (owner) => {
    const { text, digest } = orFail(programToReview(await textOf(file)));
    const isLetOpen = options.withoutGuarantee === true;
    if (isLetOpen) orFail(await owner.sharePermits.review(permit, digest, text));
    if (options.json === true) return sayJson(shell, { permit, digest, text, isLetOpen, warning });
    say(shell, text);
    say(shell, paint(shell.out, "bold", warning));
    say(
      shell,
      isLetOpen
        ? `The account of ${permit} may have the result opened, as often as it likes, until the permit ends.`
        : "Nothing has changed. To let the result be opened all the same: --without-guarantee",
    );
  });
}

const warning =
  "The result is opened as it is, without noise. It carries no guarantee of differential privacy and is charged to no budget: " +
  "whoever sees it may learn from it about single people, more so together with what else they know, and with the results of " +
  "other reviewed programs.";

/** All permits, those that ended too. */
export async function listPermits(shell: Shell, options: HomeOptions): Promise<void> {
  await inExistingHome(options, async (owner) => {
    const permits = owner.sharePermits.all();
    const reviewed = (permit: SharePermit) => owner.sharePermits.reviewed(permit.id);
    if (options.json === true)
      return sayJson(shell, {
        permits: permits.map((permit) => ({ ...permit, programs: reviewed(permit) })),
      });
    if (permits.length === 0)
      return say(shell, "Nothing of this home may become shares: unseen permits issue");
    const head = ["permit", "dataset", "columns", "protocol", "state", "programs"];
    const rows = permits.map((permit) => [
      permit.id,
      permit.dataset,
      permit.columns.join(", "),
      permit.protocol,
      stateOf(permit),
      String(reviewed(permit).length),
    ]);
    say(shell, table([head.map((title) => paint(shell.out, "dim", title)), ...rows]));
  });
}

export async function revokePermit(shell: Shell, permit: string, options: HomeOptions): Promise<void> {
  await inExistingHome(options, async (owner) => {
    const revoked = orFail(await owner.sharePermits.revoke(permit));
    if (options.json === true) return sayJson(shell, { revoked: revoked.id });
    say(shell, `${revoked.id} has ended. What was opened under it is known.`);
  });
}

function stateOf({ revokedAtMs, untilMs }: SharePermit): string {
  if (revokedAtMs !== undefined) return "revoked";
  return clock.nowMs() < untilMs ? `until ${dayOf(untilMs)}` : "ended";
}

function peerOf(owner: Owner, which: string) {
  const peers = owner.peers.all();
  const peer = peers.find(({ name, fingerprint }) => name === which || fingerprint === which);
  if (peer !== undefined) return peer.fingerprint;
  throw usageFailure(`this node does not compute with ${JSON.stringify(which)}`, "unseen peers list");
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    throw usageFailure(`${file} cannot be read`);
  }
}

function listed(text: string): readonly string[] {
  return text.split(",").map((one) => one.trim());
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace("T", " ");
}
