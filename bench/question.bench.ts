// Asked mean, sum and 100-bin histogram over 10,000,000 rows in Parquet, against the same in plain DuckDB.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { DuckDBInstance } from "@duckdb/node-api";
import { platformEntropy } from "@unseen/base";
import { openOwner, ownerAtTheMachine } from "@unseen/owner";
import { type Expression, parseCard, programOf } from "@unseen/program";
import { answerQuestion } from "../packages/owner/src/questions/index.ts";

const rows = 10_000_000;
const rounds = 7;
const warmUps = 2;

/** `value` and `baseline` are median seconds; `ratio` is ours over plain DuckDB, the median of pairs taken in turn. */
export async function* run() {
  const directory = await mkdtemp(join(tmpdir(), "unseen-bench-"));
  const file = join(directory, "readings.parquet");
  const instance = await DuckDBInstance.create(":memory:");
  const plain = await instance.connect();
  try {
    await plain.run(
      `COPY (SELECT 60 + 80 * random() AS bp, 18 + floor(70 * random()) AS age FROM range(${rows})) TO '${file}' (FORMAT parquet)`,
    );
    const clock = { nowMs: () => Date.now() };
    const owner = wholeOf(
      await openOwner({
        home: join(directory, "home"),
        clock,
        entropy: platformEntropy(globalThis.crypto),
        slotMs: 0,
      }),
    );
    wholeOf(await owner.addDataset(file, wholeOf(parseCard(card))));
    let asks = 0;
    const ask = async (question: Expression) => {
      asks += 1;
      const asked = {
        askId: `bench-${String(asks).padStart(4, "0")}`,
        dataset: "readings",
        program: wholeOf(programOf([question])),
        offer: { epsilon: "1" },
      };
      wholeOf(wholeOf(await answerQuestion(owner.node.questions, ownerAtTheMachine(), asked)).outcome);
    };
    const from = `FROM read_parquet('${file}')`;
    const pairs = {
      mean: { ours: operation("ReduceMean", { axes: [] }), plain: `SELECT avg(bp) ${from}` },
      sum: { ours: operation("ReduceSum", { axes: [] }), plain: `SELECT sum(bp) ${from}` },
      "histogram-100": {
        ours: operation("Histogram", { bins: 100, min: 60, max: 140 }),
        plain: `SELECT least(floor((bp - 60) / 0.8), 99) AS bin, count(*) ${from} GROUP BY bin`,
      },
    };
    for (const [name, { ours, plain: sql }] of Object.entries(pairs)) {
      const times: { readonly ours: number; readonly plain: number }[] = [];
      for (let round = -warmUps; round < rounds; round++) {
        const seconds = {
          ours: await timed(() => ask(ours)),
          plain: await timed(async () => void (await plain.runAndReadAll(sql)).getRows()),
        };
        if (round >= 0) times.push(seconds);
      }
      yield {
        name: `question/${name}`,
        value: median(times.map((one) => one.ours)),
        unit: "s",
        baseline: median(times.map((one) => one.plain)),
        ratio: median(times.map((one) => one.ours / one.plain)),
      };
    }
    await owner.close();
  } finally {
    plain.closeSync();
    instance.closeSync();
    await rm(directory, { recursive: true, force: true });
  }
}

const card = {
  name: "readings",
  description: "Uniform readings, one row a person",
  tags: ["#bench"],
  columns: { bp: { type: "number", bounds: [60, 140] }, age: { type: "integer", bounds: [0, 120] } },
  unit: "row",
  people: { isPublic: false, band: [1_000_000, 100_000_000] },
  budget: { epsilon: 1000, delta: 0 },
  mock: [{ bp: 90, age: 40 }],
};

function operation(
  name: string,
  attributes: Readonly<Record<string, number | readonly number[]>>,
): Expression {
  const bp: Expression = { node: { kind: "input", name: "bp", shape: ["rows"] } };
  return { node: { kind: "operation", operation: name, inputs: [bp], attributes } };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function wholeOf<T>(
  result:
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly problem: { readonly message: string } },
): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}
