import { parseCard } from "@unseen/program";
import { expect, test } from "vitest";
import { datasetFacts } from "./dataset-facts.ts";

const card = (unit: unknown, people: unknown) => {
  const parsed = parseCard({
    name: "visits",
    description: "Visits of a clinic.",
    tags: ["#visits"],
    unit,
    people,
    columns: { cost: { type: "number", bounds: [0, 100] } },
    budget: { epsilon: 1, delta: 0 },
    mock: [{ cost: 1 }],
  });
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return parsed.value;
};

test("as many rows are allowed for as the people of the band may have", () => {
  const several = card({ column: "patient", mostRowsEach: 20 }, { isPublic: false, band: [100, 1000] });
  expect(datasetFacts(several, undefined).mostRows).toBe(20_000);
  expect(datasetFacts(card("row", { isPublic: false, band: [100, 1000] }), undefined).mostRows).toBe(1000);
});
