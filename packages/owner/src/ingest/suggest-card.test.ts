import { parseCard } from "@unseen/program";
import { expect, test } from "vitest";
import { testFolder } from "./ingest-for-tests.ts";
import { suggestCard } from "./suggest-card.ts";

const visits = [
  "patient_id,bp,children,city,note",
  "p-771,101.5,2,Tromsø,",
  "p-772,,3,Bergen,sehr selten",
  "p-773,99.25,0,Bergen,",
].join("\n");

async function drafted(name: string, content: string) {
  using folder = testFolder();
  const draft = await suggestCard(folder.write(name, content));
  if (!draft.ok) throw new Error(draft.problem.message);
  return draft.value;
}

test("a draft names columns, guesses types and the column of people, and leaves bounds to be declared", async () => {
  const { card, notes } = await drafted("Visits 2024 (a).csv", visits);
  expect(card).toMatchObject({
    name: "visits-2024-a-",
    columns: {
      bp: { type: "number", bounds: null },
      children: { type: "integer", bounds: null },
      city: { type: "category", categories: [] },
    },
    unit: { column: "patient_id", mostRowsEach: 1 },
    people: { isPublic: false, band: null },
  });
  expect(notes.join(" ")).toMatch(/Do not read them off the data.*single people's/s);
});

test("no value of the data stands in a draft", async () => {
  const said = JSON.stringify(await drafted("visits.csv", visits));
  for (const value of ["101.5", "99.25", "p-771", "Tromsø", "Bergen", "selten"])
    expect(said).not.toContain(value);
});

test("a draft is no card until its bounds are declared", async () => {
  const { card } = await drafted("visits.csv", visits);
  expect(parseCard(JSON.parse(JSON.stringify(card)))).toMatchObject({
    ok: false,
    problem: { code: "card-bounds-missing" },
  });
  const columns = { bp: { type: "number", bounds: [60, 140] } };
  expect(parseCard({ ...card, columns, people: { isPublic: true } }).ok).toBe(true);
});

test("a file that cannot be read is refused, and one without a column of people protects rows", async () => {
  expect((await drafted("a.json", '[{"x":1},{"x":2.5}]')).card).toMatchObject({
    unit: "row",
    columns: { x: { type: "number" } },
  });
  using folder = testFolder();
  expect(await suggestCard(folder.write("a.csv", ""))).toMatchObject({
    ok: false,
    problem: { code: "file-unreadable" },
  });
  expect(await suggestCard(`${folder.path}/none.parquet`)).toMatchObject({ ok: false });
});
