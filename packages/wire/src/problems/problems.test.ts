import { Code, ConnectError } from "@connectrpc/connect";
import { type Problem, problem, problemCodes } from "@unseen/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ProblemSchema } from "../gen/unseen/v1/problem_pb.ts";
import { wireLimits } from "../limits.ts";
import { connectCodes } from "./connect-codes.ts";
import { problemFromError } from "./problem-from-error.ts";
import { problemToConnectError } from "./problem-to-connect.ts";

const told = (value: { code: string; message?: string; hint?: string; facts?: Record<string, string> }) =>
  new ConnectError("x", Code.Internal, undefined, [{ desc: ProblemSchema, value }]);

test("a problem that is told arrives as it was told", () => {
  for (const code of problemCodes) {
    const sent: Problem = problem(code, "The dataset has no column bpm.", {
      hint: "bp",
      facts: { column: "bpm" },
    });
    expect(problemFromError(problemToConnectError(sent))).toEqual(sent);
  }
  expect(problemFromError(problemToConnectError(problem("no-rule", "it has none")))).toEqual({
    code: "no-rule",
    message: "it has none",
  });
});

test("each code has a Connect code, and a charge that may have been made is never one to retry blindly", () => {
  expect(Object.keys(connectCodes).sort()).toEqual([...problemCodes].sort());
  expect(connectCodes["answer-not-recorded"]).not.toBe(Code.Unavailable);
  expect(connectCodes["budget-exhausted"]).toBe(Code.ResourceExhausted);
});

test("a code that is not on the list is not believed", () => {
  const invented = problemFromError(told({ code: "send-money", message: "to this account" }));
  expect(invented.code).toBe("node-failed");
  expect(JSON.stringify(invented)).not.toContain("account");
  expect(problemFromError(told({ code: "__proto__" })).code).toBe("node-failed");
});

test("a node cannot write a book into an error, nor steer a terminal", () => {
  const facts = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`f${at}`, "v".repeat(5_000)]));
  const read = problemFromError(
    told({
      code: "no-rule",
      message: `\u001b[2J\u202egone${"m".repeat(10_000)}`,
      hint: "h".repeat(9_999),
      facts,
    }),
  );
  expect(read.message.length).toBe(wireLimits.problemLength);
  expect(read.message).toMatch(/^ \[2J gone/);
  expect(read.hint?.length).toBe(wireLimits.problemLength);
  expect(Object.keys(read.facts ?? {}).length).toBe(wireLimits.problemFacts);
  expect(read.facts?.f0?.length).toBe(wireLimits.nameLength);
});

test("what failed without a problem gets the nearest code, and none of its words", () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [new ConnectError("secret words", Code.DeadlineExceeded), "deadline-exceeded"],
    [new ConnectError("secret words", Code.Canceled), "deadline-exceeded"],
    [new ConnectError("secret words", Code.ResourceExhausted), "message-too-large"],
    [new ConnectError("secret words", Code.InvalidArgument), "message-malformed"],
    [new ConnectError("secret words", Code.Unauthenticated), "session-invalid"],
    [new ConnectError("secret words", Code.Unavailable), "node-unreachable"],
    [new ConnectError("secret words: socket hang up", Code.Aborted), "node-unreachable"],
    [ConnectError.from(new TypeError("secret words: fetch failed")), "node-unreachable"],
    [new ConnectError("secret words", Code.Internal), "node-failed"],
    [new ConnectError("secret words", Code.Unimplemented), "node-failed"],
    [new Error("secret words"), "node-failed"],
    ["secret words", "node-failed"],
    [undefined, "node-failed"],
  ];
  for (const [error, code] of cases) {
    const read = problemFromError(error);
    expect(read.code).toBe(code);
    expect(JSON.stringify(read)).not.toContain("secret");
  }
});

test("whatever a node tells, what is read is on the list, short and printable", () => {
  const text = fc.string({ unit: "binary", maxLength: 3_000 });
  const code = fc.oneof(fc.constantFrom(...problemCodes), text);
  const facts = fc.dictionary(text, text, { maxKeys: 20 });
  fc.assert(
    fc.property(fc.record({ code, message: text, hint: text, facts }), (value) => {
      const read = problemFromError(told(value));
      expect(problemCodes).toContain(read.code);
      for (const line of [read.message, read.hint ?? "", ...Object.entries(read.facts ?? {}).flat()]) {
        expect(line.length).toBeLessThanOrEqual(wireLimits.problemLength);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
        expect(line).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      }
    }),
    { numRuns: 50 },
  );
});
