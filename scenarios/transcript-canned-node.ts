// A node without a house behind it: the real rows of the diabetes data, evaluated as they are and said to be
// an answer. It proves the asker's side of the transcript; the owner's side has worlds of its own.

import { readFileSync } from "node:fs";
import { invariant } from "@unseen/base";
import { evaluate } from "@unseen/compute";
import { plainTensor } from "@unseen/program";
import { FakeNode, fakeDataset } from "../packages/client/src/testing/fake-node.ts";
import type { TranscriptWorld } from "./transcript.ts";

const file = new URL("../datasets/diabetes.csv", import.meta.url);
const [header = "", ...lines] = readFileSync(file, "utf8").trim().split("\n");
const columns = header.split(",").slice(1);
const values = new Map(
  columns.map((name, at) => [name, Float64Array.from(lines, (line) => Number(line.split(",")[at + 1]))]),
);

const description = "Ten baseline variables and disease progression after one year.";
const tags = ["#diabetes", "#data"];

export const password = "known to one researcher";

export function cannedNode(): FakeNode {
  const diabetes = fakeDataset("diabetes", {
    description,
    tags,
    columns: columns.map((name) => ({ name, type: "number", least: 0, greatest: 1_000 })),
    sample: { origin: "declared", columns, rows: [columns.map(() => 1)] },
    answer: (program) => {
      const rows = [...values].map(([name, data]) => [name, plainTensor([data.length], data)] as const);
      const result = evaluate(program, new Map(rows));
      invariant(result.ok, "the transcript asks for what can be computed");
      return result.value;
    },
  });
  return new FakeNode([diabetes], { name: "hospital", password });
}

/** What the canned node's world expects, whatever the transport. */
export const cannedExpectations: Omit<TranscriptWorld, "connect"> = {
  found: "Found 1 results in total.\n\nTag Profile:\n\t#diabetes found 1\n\t#data found 1",
  description,
  shape: [442, columns.length],
  columns,
  tags,
  means: { bp: mean("bp"), bmi: mean("bmi") },
};

function mean(name: string): number {
  const data = values.get(name) ?? new Float64Array();
  return data.reduce((sum, value) => sum + value, 0) / data.length;
}
