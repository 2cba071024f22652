import { parseCard } from "@unseen/program";
import { expect, test } from "vitest";
import { testFolder } from "./ingest-for-tests.ts";
import { suggestCard } from "./suggest-card.ts";

test("a draft names the columns and their types, and leaves the rest to the owner", async () => {
  using folder = testFolder();
  const file = folder.write(
    "Heart Study.csv",
    "patient_id,bp,visits,sex\np1,71.5,3,female\np2,,4,male\np3,987.25,5,\n",
  );
  const draft = await suggestCard(file);
  if (!draft.ok) throw new Error(draft.problem.message);
  expect(draft.value.card).toEqual({
    name: "heart-study",
    description: "",
    tags: [],
    columns: {
      bp: { type: "number", unit: "", bounds: [null, null] },
      visits: { type: "integer", unit: "", bounds: [null, null] },
      sex: { type: "category", categories: [] },
    },
    unit: { column: "patient_id", mostRowsEach: null },
    people: { isPublic: false, band: [null, null] },
    budget: { epsilon: null },
    mock: [],
  });
});

test("nothing that stands in a row is in the draft, and no draft is a card as it is", async () => {
  using folder = testFolder();
  const rows = Array.from({ length: 50 }, (_, at) => `secret${at},${7_000 + at}.5,name${at}`);
  const draft = await suggestCard(folder.write("a.csv", `who_id,amount,note\n${rows.join("\n")}\n`));
  if (!draft.ok) throw new Error(draft.problem.message);
  expect(JSON.stringify(draft.value)).not.toMatch(/secret\d|name\d|70\d\d/);
  expect(parseCard(draft.value.card)).toMatchObject({ ok: false, problem: { code: "card-bounds-missing" } });
});

test("numbers with a few typing errors are numbers, and words are categories", async () => {
  using folder = testFolder();
  const rows = Array.from({ length: 40 }, (_, at) => (at === 3 ? "high,a" : `${at},b`));
  const draft = await suggestCard(folder.write("a.csv", `x,y\n${rows.join("\n")}\n`));
  expect(draft).toMatchObject({
    value: { card: { columns: { x: { type: "integer" }, y: { type: "category" } }, unit: { column: null } } },
  });
});

test.each(["none.csv", "a.txt"])("%s is refused in one sentence", async (name) => {
  using folder = testFolder();
  expect(await suggestCard(`${folder.path}/${name}`)).toMatchObject({
    ok: false,
    problem: { code: "file-unreadable" },
  });
});
