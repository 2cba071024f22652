// `unseen audit` and `unseen account` as typed: what is printed, what a script reads, and how they end.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = new URL("../", import.meta.url).pathname;
const main = join(root, "packages/cli/src/main.ts");
const run = ["dp-sgd", "--examples", "60000", "--batch", "250", "--epochs", "15", "--delta", "1e-5"];

let directory = "";

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "unseen-audit-scenario-"));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

test("an owner audits a policy: a table, plain words, a page, and the exit code 0", async () => {
  const home = join(directory, "home");
  const file = join(directory, "people.csv");
  const card = join(directory, "card.json");
  await writeFile(file, "who,bp\nada,120\nbob,90\n");
  await writeFile(
    card,
    JSON.stringify({
      name: "clinic",
      columns: { bp: { type: "number", bounds: [60, 140] } },
      unit: { column: "who", mostRowsEach: 1 },
      people: { isPublic: false, band: [1, 1000] },
      budget: { epsilon: 1 },
    }),
  );
  expect((await unseen(["dataset", "add", file, "--card", card, "--home", home])).code).toBe(0);
  const page = join(directory, "audit.html");
  const audited = await unseen(["audit", "--home", home, "--quick", "--seed", "1", "--report", page]);
  expect(audited.code).toBe(0);
  expect(audited.out).toContain("Audit of clinic");
  expect(audited.out).toContain("no real row was read");
  for (const attack of ["stochastic tester", "overspending", "differencing", "averaging", "reconstruction"])
    expect(audited.out).toMatch(new RegExp(`^ {2}${attack}\\n`, "m"));
  expect(audited.out).not.toContain("ALARM");
  expect(audited.out).toContain("A cap of 1 lets the best attacker guess right about one person in 73 %");
  const html = await readFile(page, "utf8");
  expect(html).toContain("<svg");
  // It stands alone: nothing is fetched by who opens it.
  expect(html.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|src=|@import|<script/);
  const budget = await unseen(["budget", "show", "clinic", "--home", home, "--json"]);
  expect(JSON.parse(budget.out).budgets[0]).toMatchObject({ spent: { epsilon: 0 }, charges: 0 });
});

test("a home that is not there and a report that is neither page nor picture are refused", async () => {
  expect((await unseen(["audit", "--home", join(directory, "none")])).code).toBe(1);
  expect((await unseen(["audit", "--home", directory, "--report", "x.pdf"])).code).toBe(2);
});

test("a training run has one epsilon for each theory, and each says which", async () => {
  const picture = join(directory, "run.svg");
  const told = await unseen(["account", ...run, "--noise", "1.3", "--svg", picture]);
  expect(told.code).toBe(0);
  expect(told.out).toMatch(/RDP, as until 2020 +1\.1800 .*Mironov 2017/);
  expect(told.out).toMatch(/RDP, today +0\.9423 .*Canonne, Kamath, Steinke 2020/);
  expect(told.out).toMatch(/PLD +0\.85\d\d – 0\.85\d\d/);
  expect(told.out).toMatch(/GDP, central limit +≈ 0\.82\d\d .*APPROXIMATE/);
  expect(told.out).toContain("add-or-remove-one");
  expect(await readFile(picture, "utf8")).toMatch(/^<svg[\s\S]*<\/svg>\n$/);
  const json = JSON.parse((await unseen(["account", ...run, "--noise", "1.3", "--json"])).out);
  const epsilons = new Map(json.figures.map((one: { accountant: string }) => [one.accountant, one]));
  expect(epsilons.get("RDP, as until 2020")).toMatchObject({ conversion: "Mironov 2017", kind: "at-most" });
  expect((epsilons.get("RDP, today") as { epsilon: number }).epsilon).toBeCloseTo(0.9422, 4);
  // Bracket of Microsoft's accountant for this run: 0.8429 to 0.8630.
  expect((epsilons.get("PLD") as { epsilon: number }).epsilon).toBeCloseTo(0.853, 3);
});

test("without lots nothing is taken off, and a fixed batch is under its own relation", async () => {
  const [shuffled, fixed] = await Promise.all(
    ["shuffled", "fixed"].map((way) =>
      unseen(["account", ...run, "--noise", "1.3", "--sampling", way, "--json"]),
    ),
  );
  const [loose, replaced] = [JSON.parse(shuffled!.out), JSON.parse(fixed!.out)];
  expect(
    loose.figures.find((one: { accountant: string }) => one.accountant === "PLD").epsilon,
  ).toBeGreaterThan(16);
  expect(replaced.relation).toBe("replace-one");
  const unknown = replaced.figures.filter((one: { kind: string }) => one.kind === "unknown");
  expect(unknown.map((one: { accountant: string }) => one.accountant)).toContain("PLD");
});

test("releases, events of a ledger and a calibration", async () => {
  const file = join(directory, "events.json");
  const event = { kind: "gaussian", noiseMultiplier: 4 };
  const lines = Array.from({ length: 20 }, () => JSON.stringify({ neighbours: "add-or-remove-one", event }));
  await writeFile(file, lines.join("\n"));
  const [gaussian, events, laplace, noise] = await Promise.all([
    unseen(["account", "gaussian", "--noise", "4", "--count", "20", "--delta", "1e-6", "--json"]),
    unseen(["account", "events", file, "--delta", "1e-6", "--json"]),
    unseen(["account", "laplace", "--noise", "2", "--json"]),
    unseen(["account", "calibrate", "--epsilon", "1", "--delta", "1e-6", "--json"]),
  ]);
  const figuresOf = ({ out }: Done) => JSON.parse(out).figures as { accountant: string; epsilon: number }[];
  const [one, other] = [figuresOf(events!), figuresOf(gaussian!)];
  expect(one.map(({ accountant }) => accountant)).toEqual(other.map(({ accountant }) => accountant));
  for (const [at, { epsilon }] of one.entries()) expect(epsilon).toBeCloseTo(other[at]!.epsilon, 9);
  expect(figuresOf(laplace!).find(({ accountant }) => accountant === "adding up")?.epsilon).toBe(0.5);
  // Exactly 4.2247 for one Gaussian release (Balle and Wang 2018); RDP asks for more.
  const [byRdp, byPld] = JSON.parse(noise!.out).noise as { noise: number }[];
  expect(byPld!.noise).toBeGreaterThan(4.2246);
  expect(byPld!.noise).toBeLessThan(4.235);
  expect(byRdp!.noise).toBeGreaterThan(byPld!.noise);
});

test("what is not a run is told in one sentence", async () => {
  const wrong = join(directory, "wrong.json");
  await writeFile(wrong, '[{"kind":"gaussian","noiseMultiplier":-1}]');
  const mixed = join(directory, "mixed.json");
  const event = { kind: "laplace", noiseMultiplier: 1 };
  await writeFile(
    mixed,
    JSON.stringify([
      { neighbours: "replace-one", event },
      { neighbours: "add-or-remove-one", event },
    ]),
  );
  const all = await Promise.all([
    unseen(["account", ...run, "--noise", "0", "--json"]),
    unseen(["account", ...run, "--noise", "1", "--batch", "70000", "--json"]),
    unseen(["account", "events", wrong, "--delta", "1e-6", "--json"]),
    unseen(["account", "events", mixed, "--delta", "1e-6", "--json"]),
    unseen(["account", "gaussian", "--noise", "1", "--delta", "2", "--json"]),
  ]);
  for (const { code, out, err } of all) {
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(JSON.parse(err).error.message).toMatch(/\S/);
  }
});

type Done = { readonly code: number | null; readonly out: string; readonly err: string };

function unseen(args: readonly string[]): Promise<Done> {
  const child = spawn(process.execPath, ["--conditions=unseen-source", main, ...args], {
    env: { ...process.env, NO_COLOR: "1" },
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (part) => (out += part));
  child.stderr.on("data", (part) => (err += part));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, err })));
}
