import { create } from "@bufbuild/protobuf";
import { makeProgram } from "@unseen/program";
import { expect, test } from "vitest";
import { encodeProgram } from "../codec/program-codec.ts";
import {
  AskRequestSchema,
  ClaimRequestSchema,
  DescribeRequestSchema,
  SampleRequestSchema,
  SearchRequestSchema,
  SignInRequestSchema,
  TranslateRequestSchema,
} from "../gen/unseen/v1/grid_pb.ts";
import { RunRequestSchema } from "../gen/unseen/v1/workspace_pb.ts";
import { wireLimits } from "../limits.ts";
import {
  readAsk,
  readClaim,
  readDatasetName,
  readDatasetRef,
  readSample,
  readSearch,
  readSignIn,
  readTranslate,
} from "./grid-requests.ts";
import { readRun } from "./workspace-requests.ts";

function codeOf(result: { ok: true } | { ok: false; problem: { code: string } }): string {
  return result.ok ? "ok" : result.problem.code;
}
const made = makeProgram({ nodes: [{ kind: "input", name: "bp", shape: ["rows"] }], outputs: [0] });
if (!made.ok) throw new Error(made.problem.message);
const program = made.value;
const ask = {
  askId: "ask-00000001",
  dataset: "diabetes",
  program: encodeProgram(program),
  offer: { epsilon: "0.5" },
};

test("an ask is read whole or refused by the first thing that is wrong with it", () => {
  expect(readAsk(create(AskRequestSchema, ask))).toEqual({
    ok: true,
    value: { askId: "ask-00000001", dataset: "diabetes", program, offer: { epsilon: "0.5" } },
  });
  const wrong: [object, string][] = [
    [{ askId: "" }, "ask-id-invalid"],
    [{ askId: "short" }, "ask-id-invalid"],
    [{ askId: "x".repeat(65) }, "ask-id-invalid"],
    [{ askId: "with a space" }, "ask-id-invalid"],
    [{ askId: "ask-00000001\n" }, "ask-id-invalid"],
    [{ dataset: "" }, "dataset-unknown"],
    [{ dataset: "d".repeat(201) }, "dataset-unknown"],
    [{ joined: "d".repeat(201) }, "dataset-unknown"],
    [{ offer: undefined }, "epsilon-invalid"],
    [{ offer: { epsilon: "1", delta: "x" } }, "delta-invalid"],
    [{ program: undefined }, "program-malformed"],
  ];
  for (const [change, code] of wrong)
    expect(codeOf(readAsk(create(AskRequestSchema, { ...ask, ...change })))).toBe(code);
});

test("a second dataset is read where one is named, and is no field where none is", () => {
  const joined = { ...ask, joined: "patients" };
  expect(readAsk(create(AskRequestSchema, joined))).toMatchObject({ value: { joined: "patients" } });
  expect(readAsk(create(AskRequestSchema, ask))).not.toHaveProperty("value.joined");
  expect(readDatasetRef({ dataset: "visits", joined: "patients" })).toEqual({
    ok: true,
    value: { dataset: "visits", joined: "patients" },
  });
  expect(codeOf(readDatasetRef({ dataset: "", joined: "patients" }))).toBe("dataset-unknown");
  const sample = create(SampleRequestSchema, { dataset: "visits", joined: "patients" });
  expect(readSample(sample)).toEqual({
    ok: true,
    value: { dataset: "visits", joined: "patients", mostRows: undefined },
  });
});

test("a search has few and short words, and blanks among them are none", () => {
  const search = (terms: string[]) => readSearch(create(SearchRequestSchema, { terms }));
  expect(search([" #diabetes ", "", "  "])).toEqual({ ok: true, value: ["#diabetes"] });
  expect(codeOf(search(Array.from({ length: wireLimits.searchTerms + 1 }, () => "a")))).toBe(
    "message-too-large",
  );
  expect(codeOf(search(["a".repeat(wireLimits.termLength + 1)]))).toBe("message-too-large");
});

test("a password too long to be one is refused in the words of a wrong one", () => {
  const signIn = (name: string, password: string) =>
    readSignIn(create(SignInRequestSchema, { name, password }));
  expect(signIn("atrask", "secret").ok).toBe(true);
  const long = signIn("atrask", "x".repeat(wireLimits.passwordLength + 1));
  expect(codeOf(long)).toBe("sign-in-failed");
  expect(signIn("", "secret")).toEqual(long);
  expect(signIn("n".repeat(wireLimits.nameLength + 1), "secret")).toEqual(long);
});

test("a claim needs a token, a name and a password", () => {
  const claim = (change: object) =>
    codeOf(readClaim(create(ClaimRequestSchema, { ownerToken: "t", name: "o", password: "p", ...change })));
  expect(claim({})).toBe("ok");
  expect(claim({ ownerToken: "" })).toBe("owner-token-invalid");
  expect(claim({ ownerToken: "t".repeat(wireLimits.tokenLength + 1) })).toBe("owner-token-invalid");
  expect(claim({ name: "" })).toBe("account-invalid");
  expect(claim({ password: "" })).toBe("account-invalid");
});

test("a sample of no stated size is the whole, and a huge one is cut", () => {
  const sample = (mostRows: number) => readSample(create(SampleRequestSchema, { dataset: "d", mostRows }));
  expect(sample(0)).toEqual({ ok: true, value: { dataset: "d", mostRows: undefined } });
  expect(sample(2 ** 32 - 1)).toEqual({ ok: true, value: { dataset: "d", mostRows: wireLimits.sampleRows } });
  expect(codeOf(readDatasetName(create(DescribeRequestSchema, {})))).toBe("dataset-unknown");
});

test("a run names a place for each output or none at all", () => {
  const run = (keepAs: string[]) =>
    codeOf(readRun(create(RunRequestSchema, { program: encodeProgram(program), keepAs })));
  expect([run([]), run(["y"]), run([""])]).toEqual(["ok", "ok", "ok"]);
  expect([run(["y", "z"]), run(["a b"]), run(Array.from({ length: 65 }, () => ""))]).toEqual(
    Array.from({ length: 3 }, () => "message-malformed"),
  );
});

test("a question of keys is read whole, and never beside a program", () => {
  const keys = { column: "diagnosis", mostKeysEach: 2 };
  const { program: _, ...rest } = ask;
  const asked = (more: object) => codeOf(readAsk(create(AskRequestSchema, { ...rest, keys, ...more })));
  expect(readAsk(create(AskRequestSchema, { ...rest, keys }))).toEqual({
    ok: true,
    value: { askId: "ask-00000001", dataset: "diabetes", keys, offer: { epsilon: "0.5" } },
  });
  expect(asked({ program: ask.program })).toBe("program-malformed");
  expect(asked({ keys: { column: "", mostKeysEach: 1 } })).toBe("column-unknown");
  expect(asked({ keys: { column: "x".repeat(201), mostKeysEach: 1 } })).toBe("column-unknown");
  expect(asked({ keys: { column: "diagnosis", mostKeysEach: 0 } })).toBe("program-malformed");
});

test("keys for a statement are counted before they are read", () => {
  const given = (columns: number, keys: number) =>
    codeOf(
      readTranslate(
        create(TranslateRequestSchema, {
          sql: "SELECT 1",
          keys: Array.from({ length: columns }, (_, at) => ({
            column: `c${at}`,
            keys: Array(keys).fill("k"),
          })),
        }),
      ),
    );
  expect(given(8, 4_096)).toBe("ok");
  expect(given(9, 1)).toBe("program-too-large");
  expect(given(1, 4_097)).toBe("program-too-large");
});
