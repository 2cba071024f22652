import type { RemoteDataset } from "unseen";

/** What the card says in public about one column. */
export type ColumnFacts = RemoteDataset["schema"][number];

/** What an expression needs of a dataset; a `RemoteDataset` has it. */
export type Columns<T> = { readonly schema: readonly ColumnFacts[]; column(name: string): T };
