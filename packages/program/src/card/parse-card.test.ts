import { platformEntropy, type Result } from "@unseen/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cardToJson, parseCard, withSyntheticRows } from "./parse-card.ts";

const clinic = {
  name: "clinic",
  description: "Visits of one year.",
  tags: ["#diabetes", "#data"],
  columns: {
    bp: { type: "number", unit: "mmHg", bounds: [60, 140] },
    visits: { type: "integer", bounds: [0, 5] },
    sex: { type: "category", categories: ["female", "male"] },
  },
  unit: { column: "patient_id", mostRowsEach: 3 },
  people: { isPublic: false, band: [100, 1000] },
  budget: { epsilon: 10, delta: 1e-6, perAsker: 5 },
  mock: [{ bp: 100, visits: 2, sex: "male" }],
};

const entropy = platformEntropy(globalThis.crypto);

test("a card reads as it was written, and what is missing stands in the middle or first", () => {
  const card = made(clinic);
  expect(card.columns.bp).toEqual({ type: "number", unit: "mmHg", bounds: [60, 140], missing: 100 });
  expect(card.columns.visits).toMatchObject({ missing: 3 });
  expect(card.columns.sex).toMatchObject({ missing: "female" });
  expect(card.unit).toEqual({ kind: "column", column: "patient_id", mostRowsEach: 3 });
  expect(card.mock).toEqual({ origin: "declared", rows: [{ bp: 100, visits: 2, sex: "male" }] });
});

test("a card written as JSON is read back as the same card", () => {
  for (const json of [clinic, { ...clinic, unit: "row", people: { isPublic: true }, mock: undefined }]) {
    const card = withSyntheticRows(made(json), entropy);
    expect(made(JSON.parse(JSON.stringify(cardToJson(card))))).toEqual(card);
  }
});

test("rows drawn from the declared bounds lie within them, are labelled synthetic, and replace no written ones", () => {
  const card = withSyntheticRows(made({ ...clinic, mock: [] }), entropy, 200);
  expect(card.mock.origin).toBe("synthetic");
  expect(card.mock.rows).toHaveLength(200);
  made(cardToJson(card));
  expect(withSyntheticRows(made(clinic), entropy).mock.origin).toBe("declared");
});

test("bounds that are missing are refused with the column and the reason", () => {
  for (const bounds of [undefined, null, [null, 140], [60, null]]) {
    const refusal = refused({ ...clinic, columns: { bp: { type: "number", bounds } }, mock: [] });
    expect(refusal.code).toBe("card-bounds-missing");
    expect(refusal.message).toMatch(/"bp".*declared by you and never read off the data/s);
  }
});

test("bounds that are reversed, equal, not finite or not numbers are refused", () => {
  const wrong = [
    [140, 60],
    [60, 60],
    [60, Number.POSITIVE_INFINITY],
    [Number.NaN, 60],
    ["60", 140],
    [60],
    [60, 70, 80],
    5,
  ];
  for (const bounds of [...wrong, [-1.7e308, 1.7e308]]) {
    const refusal = refused({ ...clinic, columns: { bp: { type: "number", bounds } }, mock: [] });
    expect(refusal.code).toBe("card-bounds-invalid");
    expect(refusal.message).toContain('"bp"');
  }
});

test.each<[string, object, string]>([
  ["an unknown field", { colour: "red" }, "colour"],
  ["an unknown field of a column", { columns: { bp: { type: "number", bounds: [0, 1], min: 0 } } }, "min"],
  ["a name with a space", { name: "my clinic" }, "name"],
  ["a name that is too long", { name: "a".repeat(65) }, "name"],
  ["a tag without #", { tags: ["diabetes"] }, "#"],
  ["a type nobody knows", { columns: { bp: { type: "prose" } } }, "type"],
  ["no columns", { columns: {} }, "empty"],
  [
    "a column name that would end a string",
    { columns: { "a\0b": { type: "number", bounds: [0, 1] } } },
    "printed",
  ],
  ["whole numbers with a half bound", { columns: { n: { type: "integer", bounds: [0.5, 2] } } }, "whole"],
  [
    "a missing value out of bounds",
    { columns: { n: { type: "number", bounds: [0, 1], missing: 2 } } },
    "within",
  ],
  ["no categories", { columns: { sex: { type: "category", categories: [] } } }, "declared"],
  ["a category twice", { columns: { sex: { type: "category", categories: ["a", "a"] } } }, "twice"],
  [
    "a missing category that is none",
    { columns: { s: { type: "category", categories: ["a"], missing: "b" } } },
    "one of",
  ],
  ["no privacy unit", { unit: undefined }, "protected"],
  ["no rows a person", { unit: { column: "id", mostRowsEach: 0 } }, "mostRowsEach"],
  [
    "a person column that can be asked about",
    { unit: { column: "bp", mostRowsEach: 1 } },
    "tells people apart",
  ],
  ["a band in the wrong order", { people: { isPublic: false, band: [10, 1] } }, "band"],
  ["no band", { people: { isPublic: false } }, "band"],
  ["an epsilon of zero", { budget: { epsilon: 0 } }, "epsilon"],
  ["an infinite epsilon", { budget: { epsilon: Number.POSITIVE_INFINITY } }, "epsilon"],
  ["a delta that an offer could not name", { budget: { epsilon: 1, delta: 0.001 } }, "delta"],
  ["a delta that is too large", { budget: { epsilon: 1, delta: 0.01 } }, "delta"],
  ["an allotment above the budget", { budget: { epsilon: 1, perAsker: 2 } }, "perAsker"],
  ["a mock row out of bounds", { mock: [{ bp: 1000, visits: 2, sex: "male" }] }, "bounds"],
  ["a mock row with a column too many", { mock: [{ bp: 100, visits: 2, sex: "male", id: 5 }] }, "id"],
  ["a mock row with a column too few", { mock: [{ bp: 100 }] }, "visits"],
  ["too many mock rows", { mock: Array(201).fill(clinic.mock[0]) }, "200"],
])("%s is refused by name", (_, change, named) => {
  const base = "columns" in change ? { ...clinic, mock: [] } : clinic;
  expect(refused({ ...base, ...change }).message).toContain(named);
});

test("no more than a thousand columns are read", () => {
  const columns = Object.fromEntries(
    Array.from({ length: 1001 }, (_, at) => [`c${at}`, { type: "number", bounds: [0, 1] }]),
  );
  expect(refused({ ...clinic, columns, mock: [] }).message).toContain("1000");
});

test("a column may be called like something that every object has", () => {
  const columns = JSON.parse('{"__proto__":{"type":"number","bounds":[0,1]}}');
  const card = made({ ...clinic, columns, mock: [] });
  expect(Object.keys(card.columns)).toEqual(["__proto__"]);
  expect(card.columns.constructor).toBeUndefined();
});

test("no JSON makes the parser throw", () => {
  fc.assert(fc.property(fc.jsonValue(), (json) => void parseCard(json)));
  const near = fc.record(
    Object.fromEntries(
      Object.entries(clinic).map(([key, value]) => [key, fc.oneof(fc.constant(value), fc.jsonValue())]),
    ),
  );
  fc.assert(fc.property(near, (json) => void parseCard(json)));
});

function made(json: unknown) {
  return whole(parseCard(json));
}

function refused(json: unknown) {
  const card = parseCard(json);
  if (card.ok) throw new Error("the card was read");
  return card.problem;
}

function whole<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.value;
}
