// A question to several owners, both ways.

import { create } from "@bufbuild/protobuf";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { Program } from "@unseen/program";
import { type JointAskRequest, JointAskRequestSchema } from "../gen/unseen/v1/shares_pb.ts";
import { wireLimits } from "../limits.ts";
import { isAskId } from "../requests/grid-requests.ts";
import { decodeOffer, encodeOffer, type OfferText } from "./amounts.ts";
import { decodeProgram, encodeProgram } from "./program-codec.ts";

export type SentJointColumn = {
  readonly name: string;
  readonly least: number;
  readonly greatest: number;
  readonly whole: boolean;
  readonly categories: readonly string[];
};

/** What holds for every owner: bounds that cover each card. */
export type SentJointFacts = {
  readonly columns: readonly SentJointColumn[];
  readonly mostRowsEach: number;
  readonly rows: { readonly least: number; readonly greatest: number };
};

/** "sum": one answer over all rows. "greatest", "least": whose own answer that is, by place. */
export type JointKind = "sum" | "greatest" | "least";
const kinds: readonly string[] = ["sum", "greatest", "least"] satisfies readonly JointKind[];

export type AskedJointly = {
  readonly askId: string;
  /** 32 random bytes, new at every sending. */
  readonly computationId: Uint8Array;
  readonly again: boolean;
  readonly kind: JointKind;
  readonly owners: readonly { readonly fingerprint: string; readonly dataset: string }[];
  readonly provider: string | undefined;
  /** How many owners have to be honest for the guarantee to hold; each adds noise accordingly. */
  readonly honestOwners: number;
  readonly facts: SentJointFacts;
  readonly program: Program;
  readonly offer: OfferText;
};

const idBytes = 32;
const ownersAtMost = 5;
/** Rows of all owners: far above any, and exact as a number. */
const rowsAtMost = 2 ** 40;
const mostRowsEachAtMost = 1_000_000;

export function encodeJointAsk(asked: AskedJointly): JointAskRequest {
  const { facts } = asked;
  return create(JointAskRequestSchema, {
    askId: asked.askId,
    computationId: asked.computationId,
    again: asked.again,
    kind: asked.kind,
    owners: asked.owners.map(({ fingerprint, dataset }) => ({ fingerprint, dataset })),
    provider: asked.provider ?? "",
    honestOwners: asked.honestOwners === 1 ? 0 : asked.honestOwners,
    facts: encodeJointFacts(facts),
    program: encodeProgram(asked.program),
    offer: encodeOffer(asked.offer),
  });
}

export function encodeJointFacts({ columns, mostRowsEach, rows }: SentJointFacts) {
  return {
    columns: columns.map((column) => ({ ...column, categories: [...column.categories] })),
    mostRowsEach,
    rows: { least: BigInt(rows.least), greatest: BigInt(rows.greatest) },
  };
}

export function readJointAsk(request: JointAskRequest): Result<AskedJointly, Problem> {
  const { again, kind, provider } = request;
  const together = decodeTogether(request);
  if (!together.ok) return together;
  if (!isKind(kind)) return err(malformed("its kind is none of sum, greatest and least"));
  if (provider.length > wireLimits.fingerprintLength)
    return err(malformed("a provider is named by too long a text"));
  const offer = decodeOffer(request.offer);
  if (!offer.ok) return offer;
  const program = decodeProgram(request.program);
  if (!program.ok) return program;
  return ok({
    ...together.value,
    again,
    kind,
    provider: provider === "" ? undefined : provider,
    program: program.value,
    offer: offer.value,
  });
}

/** What every ask to several owners says. */
export function decodeTogether(
  request: Pick<JointAskRequest, "askId" | "computationId" | "owners" | "honestOwners" | "facts">,
): Result<Pick<AskedJointly, "askId" | "computationId" | "owners" | "honestOwners" | "facts">, Problem> {
  const { askId, computationId, owners, honestOwners } = request;
  if (!isAskId(askId))
    return err(problem("ask-id-invalid", "an ask id has 8 to 64 of the characters A-Z a-z 0-9 _ -"));
  if (computationId.length !== idBytes) return err(malformed(`it is known by ${idBytes} random bytes`));
  if (honestOwners > ownersAtMost)
    return err(malformed(`it counts on more than ${ownersAtMost} honest owners`));
  if (owners.length > ownersAtMost) return err(malformed(`it goes to more than ${ownersAtMost} owners`));
  const isNamed = owners.every(
    ({ fingerprint, dataset }) =>
      fingerprint.length <= wireLimits.fingerprintLength &&
      dataset !== "" &&
      dataset.length <= wireLimits.nameLength,
  );
  if (!isNamed) return err(malformed("an owner or a dataset is named by too long a text, or by none"));
  const facts = decodeJointFacts(request);
  if (!facts.ok) return facts;
  return ok({
    askId,
    computationId: computationId.slice(),
    owners: owners.map(({ fingerprint, dataset }) => ({ fingerprint, dataset })),
    honestOwners: Math.max(honestOwners, 1),
    facts: facts.value,
  });
}

function decodeJointFacts({ facts }: Pick<JointAskRequest, "facts">): Result<SentJointFacts, Problem> {
  const { columns = [], mostRowsEach = 0, rows } = facts ?? {};
  if (columns.length === 0 || columns.length > wireLimits.columns)
    return err(malformed(`it has 1 to ${wireLimits.columns} columns`));
  if (mostRowsEach < 1 || mostRowsEach > mostRowsEachAtMost)
    return err(malformed(`a person has 1 to ${mostRowsEachAtMost} rows`));
  const [least, greatest] = [Number(rows?.least ?? 0n), Number(rows?.greatest ?? 0n)];
  if (least > greatest || greatest < 1 || greatest > rowsAtMost)
    return err(malformed("its number of rows is none"));
  const read: SentJointColumn[] = [];
  for (const { name, whole, categories, ...bounds } of columns) {
    if (name === "" || name.length > wireLimits.nameLength || read.some((one) => one.name === name))
      return err(malformed("a column has no name, too long a one, or another's"));
    if (!Number.isFinite(bounds.least) || !Number.isFinite(bounds.greatest) || bounds.least > bounds.greatest)
      return err(malformed("the bounds of a column are none"));
    if (
      categories.length > wireLimits.categories ||
      categories.some((one) => one.length > wireLimits.nameLength)
    )
      return err(malformed("a column has too many categories, or too long ones"));
    read.push({ name, whole, categories: [...categories], least: bounds.least, greatest: bounds.greatest });
  }
  return ok({ columns: read, mostRowsEach, rows: { least, greatest } });
}

function isKind(text: string): text is JointKind {
  return kinds.includes(text);
}

function malformed(what: string): Problem<"message-malformed"> {
  return problem("message-malformed", `the question to several owners is not well formed: ${what}`);
}
