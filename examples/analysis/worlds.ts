// Two nodes that answer the same questions about the same people: an owner's, with its ledger and its noise,
// and one that computes in the open what the answers are held against.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { invariant, type Problem, platformEntropy, type Result } from "@unseen/base";
import { evaluate } from "@unseen/compute";
import { openOwner, ownerAtTheMachine, serveNode } from "@unseen/owner";
import { parseCard, plainTensor } from "@unseen/program";
import { GridClient, type RemoteDataset } from "unseen";
import { FakeNode, fakeDataset } from "../../packages/client/src/testing/fake-node.ts";

export type World = AsyncDisposable & {
  /** Answered with noise by an owner. */
  readonly asked: RemoteDataset;
  /** The same rows, in the open. */
  readonly known: RemoteDataset;
};

type Json = Record<string, unknown>;
const root = new URL("../../", import.meta.url);
const password = "only for this example";

/** The diabetes data as it is, or as many rows drawn from it again and again. */
export async function openWorld(rowCount: number): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), "unseen-analysis-"));
  const card = JSON.parse(await readFile(new URL("examples/cards/diabetes.json", root), "utf8")) as Json;
  const [header, ...lines] = (await readFile(new URL("datasets/diabetes.csv", root), "utf8"))
    .trimEnd()
    .split("\n");
  const rows = Array.from({ length: rowCount }, (_, at) => {
    const cells = lines[at % lines.length]!.split(",");
    return [`p${at}`, ...cells.slice(1)].join(",");
  });
  const file = join(directory, "diabetes.csv");
  await writeFile(file, [header, ...rows, ""].join("\n"));
  // A budget that no owner should grant: this example asks everything many times.
  const generous = {
    ...card,
    budget: { epsilon: 1_000, delta: 1e-6 },
    people: { isPublic: false, band: [100, 100_000] },
  };
  const clock = { nowMs: () => Date.now() };
  const entropy = platformEntropy(globalThis.crypto);
  const owner = whole(await openOwner({ home: join(directory, "home"), clock, entropy, slotMs: 0 }));
  whole(await owner.addDataset(file, whole(parseCard(generous))));
  const account = { name: "atrask", password, role: "researcher" } as const;
  whole(await owner.accounts.add(ownerAtTheMachine(), account));
  const serving = whole(await serveNode(owner.node, { host: "127.0.0.1", port: 0 }));
  const asked = await found(await GridClient.connect({ url: serving.url, username: "atrask", password }));
  const known = await found(await openly(header!, rows, asked));
  return {
    asked,
    known,
    async [Symbol.asyncDispose]() {
      await serving.close();
      await owner.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A node without privacy, for numbers that everybody may know. */
function openly(header: string, rows: readonly string[], like: RemoteDataset): Promise<GridClient> {
  const cells = rows.map((row) => row.split(","));
  const columns = new Map(
    header.split(",").map((name, at) => [name, Float64Array.from(cells, (row) => Number(row[at]))]),
  );
  const dataset = fakeDataset("diabetes", {
    tags: ["#diabetes"],
    columns: like.schema,
    answer: (program) => {
      const inputs = [...columns].map(([name, data]) => [name, plainTensor([data.length], data)] as const);
      return whole(evaluate(program, new Map(inputs)));
    },
  });
  const node = new FakeNode([dataset], { password });
  const transport = () => node.transport();
  return GridClient.connect({ url: "http://localhost:7700", username: "atrask", password, transport });
}

async function found(grid: GridClient): Promise<RemoteDataset> {
  const [dataset] = await grid.search("#diabetes");
  invariant(dataset !== undefined, "the dataset is there");
  return dataset;
}

function whole<T>(result: Result<T, Problem>): T {
  invariant(result.ok, result.ok ? "" : result.problem.message);
  return result.value;
}
