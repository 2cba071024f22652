import fc from "fast-check";
import { expect, test } from "vitest";
import { printProgram } from "../graph/print-program.ts";
import { makeProgram } from "../graph/program.ts";
import { labelEncoder } from "./label-encoder.ts";

const numbers = fc.uniqueArray(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
  {
    minLength: 1,
    maxLength: 20,
  },
);

test("each value has its place among the keys, and -1 where it is none of them", () => {
  fc.assert(
    fc.property(numbers, numbers, (keys, values) => {
      const x = { shape: [values.length], data: Float64Array.from(values) };
      const made = labelEncoder.plain([x], { keys_strings: [], keys_floats: keys });
      expect([...made.data]).toEqual(values.map((value) => keys.indexOf(value)));
    }),
  );
});

test("a number is none of the texts", () => {
  const x = { shape: [2], data: Float64Array.of(0, 1) };
  expect([...labelEncoder.plain([x], { keys_strings: ["0", "1"], keys_floats: [] }).data]).toEqual([-1, -1]);
});

function encoded(attributes: Readonly<Record<string, readonly string[] | readonly number[]>>) {
  return makeProgram({
    nodes: [
      { kind: "input", name: "diagnosis", shape: ["rows"] },
      { kind: "operation", operation: "LabelEncoder", inputs: [0], attributes },
    ],
    outputs: [1],
  });
}

test("keys are printed so that no two lists print alike", () => {
  const lists = [['a", "b'], ["a", "b"], ["a, b"], ["[a]"], ["\\"], ['\\"'], ["1"], ["\u0000"], ["é"]];
  const prints = lists.map((keys) => {
    const program = encoded({ keys_strings: keys });
    if (!program.ok) throw new Error(program.problem.message);
    return printProgram(program.value);
  });
  expect(new Set(prints).size).toBe(lists.length);
  const ofNumber = encoded({ keys_floats: [1] });
  if (ofNumber.ok) expect(prints).not.toContain(printProgram(ofNumber.value));
});

test("one text in two spellings of Unicode is one key", () => {
  const program = encoded({ keys_strings: ["e\u0301"] });
  if (!program.ok) throw new Error(program.problem.message);
  expect(printProgram(program.value)).toContain('keys_strings=["é"]');
  expect(encoded({ keys_strings: ["e\u0301", "\u00e9"] }).ok).toBe(false);
});

test.each([
  ["no key", {}],
  ["a key twice", { keys_strings: ["a", "a"] }],
  ["texts beside numbers", { keys_strings: ["a"], keys_floats: [1] }],
  ["half of a surrogate pair", { keys_strings: ["\ud800"] }],
  ["64 KiB", { keys_strings: ["x".repeat(65_536)] }],
  ["too many keys", { keys_strings: Array.from({ length: 4_097 }, (_, at) => `k${at}`) }],
  [
    "too many characters in all",
    { keys_strings: Array.from({ length: 1_000 }, (_, at) => `${at}`.padEnd(300, "x")) },
  ],
  ["numbers among texts", { keys_strings: ["a", 1] as unknown as readonly string[] }],
  ["texts among numbers", { keys_floats: [1, "a"] as unknown as readonly number[] }],
])("%s is refused", (_, attributes) => {
  expect(encoded(attributes).ok).toBe(false);
});
