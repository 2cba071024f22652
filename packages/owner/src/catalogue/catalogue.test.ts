import { err, ok, platformEntropy, problem, type Result } from "@unseen/base";
import { expect, test } from "vitest";
import { Accounts, type Caller, ownerAtTheMachine } from "../accounts/index.ts";
import { amount } from "../ledger/index.ts";
import { chargeOf, openLedger, stillClock, wholeEpsilon } from "../ledger/ledger-for-tests.ts";
import { testHome } from "../store/home-for-tests.ts";
import { type Home, queries } from "../store/index.ts";
import { Catalogue } from "./catalogue.ts";

type TestCard = { readonly tags: readonly string[] };
const entropy = platformEntropy(globalThis.crypto);
const owner = ownerAtTheMachine();

function parseCard(json: string): Result<TestCard, ReturnType<typeof problem<"card-malformed">>> {
  const card = JSON.parse(json) as Partial<TestCard>;
  return Array.isArray(card.tags)
    ? ok({ tags: card.tags })
    : err(problem("card-malformed", "A card has tags."));
}

function open(home: Home) {
  const { ledger, policy } = openLedger(home.store);
  return {
    ledger,
    catalogue: new Catalogue({ store: home.store, clock: stillClock, entropy, policy, parseCard }),
  };
}

const diabetes = {
  name: "diabetes",
  cardJson: '{"tags":["#diabetes"]}',
  snapshot: "diabetes.parquet",
  rows: 442,
  reportJson: '{"replaced":{"bp":3}}',
  caps: { cap: wholeEpsilon(1) },
};

async function researcher(home: Home): Promise<Caller> {
  const accounts = new Accounts({ home, clock: stillClock, entropy });
  const made = await accounts.add(owner, { name: "ada", password: "correct horse", role: "researcher" });
  if (!made.ok) throw new Error("expected an account");
  return made.value;
}

test("a dataset is added with its budget, found by name and listed", async () => {
  using home = testHome();
  const { catalogue, ledger } = open(home);
  const added = await catalogue.addDataset(owner, diabetes);
  expect(added).toMatchObject({
    value: { id: expect.stringMatching(/^ds_[0-9a-f]{24}$/), card: { tags: ["#diabetes"] }, rows: 442 },
  });
  expect(catalogue.findDataset("diabetes")).toEqual(added);
  expect(catalogue.allDatasets()).toEqual(added.ok ? [added.value] : []);
  expect(await ledger.budget("diabetes")).toMatchObject({ remaining: wholeEpsilon(1), charges: 0 });
  expect(catalogue.findDataset("cancer")).toMatchObject({ problem: { code: "dataset-unknown" } });
});

test("removing a dataset and adding one of the same name does not give its spending back", async () => {
  using home = testHome();
  const { catalogue, ledger } = open(home);
  await catalogue.addDataset(owner, diabetes);
  await ledger.charge(chargeOf({ epsilon: 700_000_000n }));
  expect(await catalogue.removeDataset(owner, "diabetes")).toEqual({ ok: true, value: "diabetes.parquet" });
  expect(catalogue.findDataset("diabetes")).toMatchObject({ problem: { code: "dataset-unknown" } });

  await catalogue.addDataset(owner, { ...diabetes, snapshot: "again.parquet" });
  expect(await ledger.budget("diabetes")).toMatchObject({
    spent: amount(700_000_000n, 0n),
    remaining: amount(300_000_000n, 0n),
  });
  expect(await ledger.charge(chargeOf({ askId: "ask-2", epsilon: 300_000_001n }))).toMatchObject({
    problem: { code: "budget-exhausted" },
  });
});

test("a researcher can neither add nor remove a dataset nor read how its file was read", async () => {
  using home = testHome();
  const { catalogue } = open(home);
  const ada = await researcher(home);
  await catalogue.addDataset(owner, diabetes);
  const refused = { problem: { code: "not-permitted" } };
  expect(await catalogue.addDataset(ada, { ...diabetes, name: "mine" })).toMatchObject(refused);
  expect(await catalogue.removeDataset(ada, "diabetes")).toMatchObject(refused);
  expect(catalogue.ingestReport(ada, "diabetes")).toMatchObject(refused);
  expect(catalogue.ingestReport(owner, "diabetes")).toEqual({ ok: true, value: diabetes.reportJson });
  expect(JSON.stringify(catalogue.allDatasets())).not.toContain("replaced");
});

test("a name that is taken or malformed and a card that is malformed add nothing and set no budget", async () => {
  using home = testHome();
  const { catalogue, ledger } = open(home);
  await catalogue.addDataset(owner, diabetes);
  const taken = await catalogue.addDataset(owner, { ...diabetes, caps: { cap: wholeEpsilon(9) } });
  expect(taken).toMatchObject({ problem: { code: "dataset-exists" } });
  expect((await ledger.budget("diabetes")).cap).toEqual(wholeEpsilon(1));
  for (const name of ["", "../up", "a b", "x".repeat(65), "-rf"]) {
    expect(await catalogue.addDataset(owner, { ...diabetes, name })).toMatchObject({
      problem: { code: "card-malformed" },
    });
  }
  expect(await catalogue.addDataset(owner, { ...diabetes, name: "other", cardJson: "{}" })).toMatchObject({
    problem: { code: "card-malformed" },
  });
  expect(catalogue.allDatasets()).toHaveLength(1);
});

test("one card that can no longer be read hides no other dataset", async () => {
  using home = testHome();
  const { catalogue } = open(home);
  await catalogue.addDataset(owner, diabetes);
  await catalogue.addDataset(owner, { ...diabetes, name: "old" });
  home.store.all(queries.updateTable("datasets").set({ card: "{}" }).where("name", "=", "old"));
  expect(catalogue.findDataset("old")).toMatchObject({ problem: { code: "card-malformed" } });
  expect(catalogue.allDatasets().map(({ name }) => name)).toEqual(["diabetes"]);
});
