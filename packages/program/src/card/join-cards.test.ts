import fc from "fast-check";
import { expect, test } from "vitest";
import { joinCards, mostPairsEach } from "./join-cards.ts";
import { type Card, cardToJson, parseCard } from "./parse-card.ts";

function card(name: string, more: object = {}): Card {
  const parsed = parseCard({
    name,
    columns: { age: { type: "integer", bounds: [0, 120] } },
    unit: { column: "patient", mostRowsEach: 1, identity: "mrn" },
    people: { isPublic: false, band: [10, 100] },
    budget: { epsilon: 1 },
    ...more,
  });
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return parsed.value;
}

const bp = { type: "number", bounds: [60, 140] };
const sex = { type: "category", categories: ["f", "m"] };

function joined(first: Card, second: Card) {
  const cards = joinCards(first, second);
  if (!cards.ok) throw new Error(cards.problem.message);
  return cards.value;
}

function refusal(first: Card, second: Card): string {
  const cards = joinCards(first, second);
  return cards.ok ? "joined" : cards.problem.message;
}

test("a join has both cards' columns, and a name that both have stands beside its dataset's", () => {
  const visits = card("visits", {
    columns: { bp, age: { type: "integer", bounds: [0, 120] } },
    unit: { column: "patient", mostRowsEach: 5, identity: "mrn" },
    mock: [
      { bp: 80, age: 30 },
      { bp: 90, age: 40 },
    ],
  });
  const patients = card("patients", {
    columns: { sex, age: { type: "integer", bounds: [18, 99] } },
    unit: { column: "person", mostRowsEach: 2, identity: "mrn" },
    mock: [{ sex: "f", age: 50 }],
  });
  const { columns, origins, mostRowsEach, mock } = joined(visits, patients);
  expect(Object.keys(columns)).toEqual(["bp", "visits.age", "sex", "patients.age"]);
  expect(columns["patients.age"]).toBe(patients.columns.age);
  expect(origins.get("visits.age")).toEqual({ side: 0, column: "age" });
  expect(mostRowsEach).toBe(10);
  expect(mock).toEqual({
    origin: "declared",
    rows: [
      { bp: 80, "visits.age": 30, sex: "f", "patients.age": 50 },
      { bp: 90, "visits.age": 40, sex: "f", "patients.age": 50 },
    ],
  });
});

test("what would pair strangers, or has no bound for a person, is refused with the cure", () => {
  const patients = card("patients");
  const unit = (more: object) => card("visits", { unit: { column: "patient", mostRowsEach: 1, ...more } });
  expect(refusal(patients, patients)).toMatch(/^patients is not joined with itself$/);
  expect(refusal(card("visits", { unit: "row" }), patients)).toMatch(/^visits does not say which rows/);
  expect(refusal(patients, card("visits", { unit: "row" }))).toMatch(/^visits does not say which rows/);
  expect(refusal(unit({}), patients)).toMatch(/^the card of visits does not say what kind of name/);
  expect(refusal(unit({ identity: "staff" }), patients)).toMatch(/in different ways: staff and mrn$/);
  expect(refusal(unit({ identity: "mrn", mostRowsEach: mostPairsEach }), patients)).toBe("joined");
  expect(refusal(unit({ identity: "mrn", mostRowsEach: mostPairsEach + 1 }), patients)).toMatch(/more than/);
  const long = "x".repeat(200);
  const named = (name: string) => card(name, { columns: { [long]: bp } });
  expect(refusal(named("visits"), named("patients"))).toMatch(/too long a name/);
});

test("an identity is a short plain word, and a card keeps it", () => {
  const kept = card("visits", { unit: { column: "patient", mostRowsEach: 3, identity: "mrn-2" } });
  expect(parseCard(cardToJson(kept))).toEqual({ ok: true, value: kept });
  for (const identity of ["", "MRN", "a b", 7, null, "-x", "x".repeat(65)])
    expect(
      parseCard({ ...cardToJson(kept), unit: { column: "patient", mostRowsEach: 3, identity } }),
    ).toMatchObject({ ok: false, problem: { code: "card-malformed" } });
});

/** Names that a hostile owner could give: with another dataset's name in front, twice over, or as objects have them. */
const hostile = ["x", "a.x", "b.x", "a.b.x", "b.a.x", "a.a.x", "constructor", "__proto__", "a.__proto__"];

test("whatever the columns are called, each has a name of its own and is found again", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.constantFrom(...hostile), { minLength: 1 }),
      fc.uniqueArray(fc.constantFrom(...hostile), { minLength: 1 }),
      (mine, theirs) => {
        const columns = (names: readonly string[], greatest: number) =>
          Object.fromEntries(names.map((name) => [name, { type: "number", bounds: [0, greatest] }]));
        const first = card("a", { columns: columns(mine, 1) });
        const second = card("b", { columns: columns(theirs, 2) });
        const { columns: both, origins } = joined(first, second);
        const [kept, other] = [Object.keys(first.columns), Object.keys(second.columns)];
        expect(origins.size).toBe(kept.length + other.length);
        expect(Object.keys(both)).toEqual([...origins.keys()]);
        for (const [name, { side, column }] of origins)
          expect(both[name]).toBe((side === 0 ? first : second).columns[column]);
        const found = (side: number) =>
          [...origins.values()].flatMap((origin) => (origin.side === side ? [origin.column] : []));
        expect([found(0), found(1)]).toEqual([kept, other]);
      },
    ),
  );
});
