// Asked a grouped sum in SQL over 10,000,000 rows in Parquet with 1,000 groups, against GROUP BY in plain DuckDB; and
// over 1,000,000 rows in PostgreSQL, against GROUP BY in the same server over the table that was taken in.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { DuckDBInstance } from "@duckdb/node-api";
import { platformEntropy } from "@unseen/base";
import { openOwner, ownerAtTheMachine } from "@unseen/owner";
import { parseCard } from "@unseen/program";
import pg from "pg";
import { postgresPrograms, startCluster } from "../packages/owner/src/ledger/postgres-for-tests.ts";
import { answerQuestion } from "../packages/owner/src/questions/index.ts";
import { translateSql } from "../packages/owner/src/sql/index.ts";

const rows = 10_000_000;
const rowsInPostgres = 1_000_000;
const groups = 1_000;
const rounds = 7;
const warmUps = 2;

/** The whole ask: text, translation, plan, charge, exact sums, noise, record. `ratio` is the median of pairs taken in turn. */
export async function* run() {
  const directory = await mkdtemp(join(tmpdir(), "unseen-bench-"));
  const file = join(directory, "readings.parquet");
  const instance = await DuckDBInstance.create(":memory:");
  const plain = await instance.connect();
  try {
    await plain.run(
      `COPY (SELECT 60 + 80 * random() AS bp, CAST(floor(${groups} * random()) AS INTEGER) AS ward FROM range(${rows})) TO '${file}' (FORMAT parquet)`,
    );
    yield await compared(`sql/group-by-${groups}`, join(directory, "home"), file, async () => {
      const sql = `SELECT ward, sum(bp) FROM read_parquet('${file}') GROUP BY ward`;
      (await plain.runAndReadAll(sql)).getRows();
    });
    yield* onPostgres(join(directory, "another"));
  } finally {
    plain.closeSync();
    instance.closeSync();
    await rm(directory, { recursive: true, force: true });
  }
}

async function* onPostgres(home: string) {
  const programs = postgresPrograms();
  if (programs === undefined) {
    console.error(`There is no PostgreSQL here: sql/postgres-group-by-${groups} was not measured.`);
    return;
  }
  const cluster = await startCluster(programs);
  const address = await cluster.freshDatabase();
  const plain = new pg.Client({ connectionString: address });
  await plain.connect();
  await plain.query(
    `create table public.readings as select 60 + 80 * random() as bp, floor(${groups} * random())::int as ward from generate_series(1, ${rowsInPostgres})`,
  );
  await plain.query("vacuum analyze public.readings");
  try {
    yield await compared(`sql/postgres-group-by-${groups}`, home, `${address}&table=readings`, async () => {
      await plain.query("select ward, sum(bp) from public.readings group by ward");
    });
  } finally {
    await plain.end();
    await cluster.stop();
  }
}

async function compared(name: string, home: string, from: string, inPlain: () => Promise<void>) {
  const owner = wholeOf(
    await openOwner({
      home,
      clock: { nowMs: () => Date.now() },
      entropy: platformEntropy(globalThis.crypto),
      slotMs: 0,
    }),
  );
  try {
    wholeOf(await owner.addDataset(from, wholeOf(parseCard(card))));
    let asks = 0;
    const ask = async (sql: string) => {
      asks += 1;
      const { questions } = owner.node;
      const { dataset, program } = wholeOf(await translateSql(questions.datasets, sql));
      const asked = {
        askId: `bench-${String(asks).padStart(4, "0")}`,
        dataset,
        program,
        offer: { epsilon: "1" },
      };
      wholeOf(wholeOf(await answerQuestion(questions, ownerAtTheMachine(), asked)).outcome);
    };
    const times: { readonly ours: number; readonly plain: number }[] = [];
    for (let round = -warmUps; round < rounds; round++) {
      const seconds = {
        ours: await timed(() => ask("SELECT ward, SUM(bp) FROM readings GROUP BY ward")),
        plain: await timed(inPlain),
      };
      if (round >= 0) times.push(seconds);
    }
    return {
      name,
      value: median(times.map((one) => one.ours)),
      unit: "s",
      baseline: median(times.map((one) => one.plain)),
      ratio: median(times.map((one) => one.ours / one.plain)),
    };
  } finally {
    await owner.close();
  }
}

const card = {
  name: "readings",
  description: "Uniform readings in wards, one row a person",
  tags: ["#bench"],
  columns: {
    bp: { type: "number", bounds: [60, 140] },
    ward: { type: "integer", bounds: [0, groups - 1] },
  },
  unit: "row",
  people: { isPublic: false, band: [1_000_000, 20_000_000] },
  budget: { epsilon: 1000, delta: 0 },
  mock: [{ bp: 90, ward: 40 }],
};

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
