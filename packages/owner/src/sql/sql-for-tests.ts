import { type Card, parseCard } from "@unseen/program";
import type { Datasets, OpenDataset } from "../questions/index.ts";

/** One dataset of each person with one row, and one where a person has several. */
export const clinicCards: readonly Card[] = [
  cardOf({
    name: "clinic",
    description: "Measurements of patients",
    tags: ["#clinic"],
    columns: {
      bmi: { type: "number", bounds: [10, 60] },
      change: { type: "number", bounds: [-4, 4] },
      age: { type: "integer", bounds: [0, 120] },
      visits: { type: "integer", bounds: [1, 5] },
      region: { type: "category", categories: ["north", "south", "east"] },
      sex: { type: "category", categories: ["1", "2"] },
    },
    unit: { column: "patient_id", mostRowsEach: 1, identity: "mrn" },
    people: { isPublic: false, band: [10, 1000] },
    budget: { epsilon: 1000, delta: 1e-6 },
    mock: [{ bmi: 25, change: 1, age: 40, visits: 2, region: "north", sex: "1" }],
  }),
  cardOf({
    name: "stays",
    description: "Stays in hospital",
    tags: ["#stays"],
    columns: {
      nights: { type: "integer", bounds: [0, 30] },
      region: { type: "category", categories: ["east", "west"] },
    },
    unit: { column: "patient_id", mostRowsEach: 4, identity: "mrn" },
    people: { isPublic: false, band: [10, 1000] },
    budget: { epsilon: 10, delta: 1e-6 },
    mock: [{ nights: 3, region: "west" }],
  }),
  cardOf({
    name: "census",
    description: "A count that everybody knows",
    tags: ["#census"],
    columns: { income: { type: "number", bounds: [0, 100] } },
    unit: "row",
    people: { isPublic: true },
    budget: { epsilon: 10, delta: 1e-6 },
    mock: [{ income: 30 }],
  }),
  cardOf({
    name: "donors",
    description: "People who gave blood, numbered by their donor cards",
    tags: ["#donors"],
    columns: { donations: { type: "integer", bounds: [0, 100] } },
    unit: { column: "patient_id", mostRowsEach: 1, identity: "donor-card" },
    people: { isPublic: false, band: [10, 1000] },
    budget: { epsilon: 10, delta: 1e-6 },
    mock: [{ donations: 2 }],
  }),
];

export const clinicDatasets: Datasets = datasetsOf(clinicCards);

export function datasetsOf(cards: readonly Card[]): Datasets {
  const all: readonly OpenDataset[] = cards.map((card) => ({ card, snapshot: "none", peopleCount: 100 }));
  return { find: async (name) => all.find(({ card }) => card.name === name), all: async () => all };
}

function cardOf(json: unknown): Card {
  const card = parseCard(json);
  if (!card.ok) throw new Error(card.problem.message);
  return card.value;
}
