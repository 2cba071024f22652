import type { Card } from "@unseen/program";
import { ownerAtTheMachine } from "./accounts/index.ts";
import type { Catalogue, CataloguedDataset } from "./catalogue/index.ts";
import type { Datasets, OpenDataset } from "./questions/index.ts";

/** The catalogue as questions see it. A dataset that another process adds or removes is seen at the next question. */
export function catalogued(catalogue: Catalogue<Card>): Datasets {
  const open = (dataset: CataloguedDataset<Card>): OpenDataset => ({
    card: dataset.card,
    snapshot: dataset.snapshot,
    peopleCount: peopleCount(catalogue, dataset),
  });
  return {
    find: async (name) => {
      const found = catalogue.findDataset(name);
      return found.ok ? open(found.value) : undefined;
    },
    all: async () => catalogue.allDatasets().map(open),
  };
}

/** Read from the owner's report only where the card makes it public. */
function peopleCount(catalogue: Catalogue<Card>, { name, card, rows }: CataloguedDataset<Card>): number {
  if (!card.people.isPublic || card.unit.kind === "row") return rows;
  const report = catalogue.ingestReport(ownerAtTheMachine(), name);
  return report.ok ? (JSON.parse(report.value) as { readonly people: number }).people : 0;
}
