import type { RemoteDataset } from "unseen";

/** What `--json` says about a dataset; all of it is public. */
export function publicFacts(dataset: RemoteDataset): object {
  const { name, node, description, tags, shape, schema, privacyUnit, budget } = dataset;
  return { name, node, description, tags, rows: shape[0], columns: schema, privacyUnit, budget };
}
