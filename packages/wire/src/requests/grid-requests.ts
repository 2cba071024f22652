// Every call to the grid, read at the door: lengths and counts first, then what they hold. What comes out
// is trusted by everything behind.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { type Program, programLimits } from "@unseen/program";
import { decodeOffer, type OfferText } from "../codec/amounts.ts";
import { decodeProgram } from "../codec/program-codec.ts";
import type { GivenKeys } from "../codec/table-layout-codec.ts";
import type {
  AskRequest,
  ClaimRequest,
  ColumnKeys,
  KeysQuestion,
  PriceRequest,
  SampleRequest,
  SearchRequest,
  SignInRequest,
  TranslateRequest,
} from "../gen/unseen/v1/grid_pb.ts";
import { wireLimits } from "../limits.ts";

export type Credentials = { readonly name: string; readonly password: string };
export type Claim = Credentials & { readonly ownerToken: string };
/** One dataset, or two whose rows are joined on the person. */
export type DatasetRef = { readonly dataset: string; readonly joined?: string };
export type PricedQuestion = DatasetRef & {
  readonly program: Program;
  readonly offer: OfferText;
};
export type AskedQuestion = PricedQuestion & { readonly askId: string };
/** Which texts of a column may be shown; a person counts for `mostKeysEach` of them at most. */
export type KeysWish = { readonly column: string; readonly mostKeysEach: number };
export type PricedKeys = DatasetRef & { readonly keys: KeysWish; readonly offer: OfferText };
/** A statement, and the keys that it may group by. */
export type AskedTranslation = { readonly sql: string; readonly keys: GivenKeys };
export type AskedKeys = PricedKeys & { readonly askId: string };
/** `mostRows` undefined: all that the card holds. */
export type SampleWish = DatasetRef & { readonly mostRows: number | undefined };

const askId = /^[A-Za-z0-9_-]{8,64}$/;

/** Refused in the words of a wrong password, so that a length tells nothing about who has an account. */
export function readSignIn({ name, password }: SignInRequest): Result<Credentials, Problem> {
  return areCredentials(name, password)
    ? ok({ name, password })
    : err(problem("sign-in-failed", "the name or the password is wrong"));
}

export function readClaim({ ownerToken, name, password }: ClaimRequest): Result<Claim, Problem> {
  if (ownerToken === "" || ownerToken.length > wireLimits.tokenLength) {
    return err(
      problem("owner-token-invalid", "this is not the owner token of this node", {
        hint: "the node printed it when it first started",
      }),
    );
  }
  return areCredentials(name, password)
    ? ok({ ownerToken, name, password })
    : err(
        problem(
          "account-invalid",
          `an account needs a name of at most ${wireLimits.nameLength} and a password of at most ${wireLimits.passwordLength} characters`,
        ),
      );
}

function areCredentials(name: string, password: string): boolean {
  return isName(name) && password !== "" && password.length <= wireLimits.passwordLength;
}

/** The words of a search, trimmed, empty ones left out. No words: everything. */
export function readSearch({ terms }: SearchRequest): Result<readonly string[], Problem> {
  if (terms.length > wireLimits.searchTerms)
    return err(problem("message-too-large", `a search takes at most ${wireLimits.searchTerms} words`));
  if (terms.some((term) => term.length > wireLimits.termLength)) {
    return err(
      problem("message-too-large", `a word of a search has at most ${wireLimits.termLength} characters`),
    );
  }
  return ok(terms.map((term) => term.trim()).filter((term) => term !== ""));
}

/** For Budget, which names a dataset and no more. */
export function readDatasetName({ dataset }: { readonly dataset: string }): Result<string, Problem> {
  return isName(dataset)
    ? ok(dataset)
    : err(
        problem("dataset-unknown", "there is no dataset of that name", {
          hint: "search() without words lists them all",
        }),
      );
}

/** For every call about a dataset or a join. Whether the two can be joined is the owner's to say. */
export function readDatasetRef({
  dataset,
  joined,
}: {
  readonly dataset: string;
  readonly joined: string;
}): Result<DatasetRef, Problem> {
  const first = readDatasetName({ dataset });
  if (!first.ok || joined === "") return first.ok ? ok({ dataset: first.value }) : first;
  const second = readDatasetName({ dataset: joined });
  return second.ok ? ok({ dataset: first.value, joined: second.value }) : second;
}

export function readSample(request: SampleRequest): Result<SampleWish, Problem> {
  const read = readDatasetRef(request);
  if (!read.ok) return read;
  const mostRows = request.mostRows === 0 ? undefined : Math.min(request.mostRows, wireLimits.sampleRows);
  return ok({ ...read.value, mostRows });
}

/** One statement as text; what it says is for the owner's reader of SQL to judge. */
export function readTranslate({ sql, keys }: TranslateRequest): Result<AskedTranslation, Problem> {
  // A character takes at most three bytes for each of its units, so most texts are not measured.
  const isShort = sql.length * 3 <= wireLimits.sqlBytes;
  if (isShort || new TextEncoder().encode(sql).length <= wireLimits.sqlBytes) {
    const given = readGivenKeys(keys);
    return given.ok ? ok({ sql, keys: given.value }) : given;
  }
  return err(
    problem("sql-malformed", `the statement is longer than ${wireLimits.sqlBytes} bytes`, {
      hint: "ask in parts, or name sub-selects with WITH instead of repeating them",
    }),
  );
}

/** Whether they are well formed, the program that they come to stand in says. */
function readGivenKeys(given: readonly ColumnKeys[]): Result<GivenKeys, Problem> {
  if (given.length > wireLimits.keyedColumns || given.some(({ keys }) => keys.length > programLimits.keys)) {
    return err(
      problem(
        "program-too-large",
        `keys are given for at most ${wireLimits.keyedColumns} columns, ${programLimits.keys} each`,
        {
          hint: "group by fewer keys",
        },
      ),
    );
  }
  return ok(new Map(given.map(({ column, keys }) => [column, keys])));
}

export function readPrice(
  request: Pick<PriceRequest, "dataset" | "joined" | "program" | "offer" | "keys">,
): Result<PricedQuestion | PricedKeys, Problem> {
  const read = readDatasetRef(request);
  if (!read.ok) return read;
  const offer = decodeOffer(request.offer);
  if (!offer.ok) return offer;
  if (request.keys !== undefined) {
    if (request.program !== undefined)
      return err(problem("program-malformed", "one question is a program or asks for keys, and not both"));
    const keys = readKeys(request.keys);
    return keys.ok ? ok({ ...read.value, keys: keys.value, offer: offer.value }) : keys;
  }
  const program = decodeProgram(request.program);
  if (!program.ok) return program;
  return ok({ ...read.value, program: program.value, offer: offer.value });
}

function readKeys({ column, mostKeysEach }: KeysQuestion): Result<KeysWish, Problem> {
  if (!isName(column))
    return err(problem("column-unknown", "the question of keys does not name a column that there could be"));
  if (mostKeysEach < 1)
    return err(
      problem("program-malformed", "a person counts for at least one key", {
        hint: "leave it out, and it is 1",
      }),
    );
  return ok({ column, mostKeysEach });
}

export function readAsk(request: AskRequest): Result<AskedQuestion | AskedKeys, Problem> {
  if (!isAskId(request.askId)) {
    return err(
      problem("ask-id-invalid", "an ask id has 8 to 64 of the characters A-Z a-z 0-9 _ -", {
        hint: "leave it out, and one is made",
      }),
    );
  }
  const question = readPrice(request);
  return question.ok ? ok({ ...question.value, askId: request.askId }) : question;
}

/** An asker's own name for a charge. */
export function isAskId(text: string): boolean {
  return askId.test(text);
}

function isName(text: string): boolean {
  return text !== "" && text.length <= wireLimits.nameLength;
}
