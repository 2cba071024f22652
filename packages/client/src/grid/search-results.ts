// What a search over a grid found, and which nodes did not say.

import type { Problem } from "@unseen/base";
import type { RemoteDataset } from "../datasets/remote-dataset.ts";

/** A node that gave no answer, and why. */
export type MissingNode = { readonly node: string; readonly problem: Problem };

type Asked = {
  readonly terms: readonly string[];
  readonly nodes: number;
  readonly missing: readonly MissingNode[];
};

/** An array of datasets, in the order of the grid's nodes. `map` and `filter` give plain arrays. */
export class SearchResults extends Array<RemoteDataset> {
  readonly #asked: Asked;

  constructor(datasets: readonly RemoteDataset[], asked: Asked) {
    super();
    this.push(...datasets);
    this.#asked = asked;
  }

  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** True when a node did not answer in time: there may be more. */
  get isPartial(): boolean {
    return this.missing.length > 0;
  }

  get missing(): readonly MissingNode[] {
    return this.#asked.missing;
  }

  /** Laid out as on the slide: how many were found, and how often each tag occurs. */
  override toString(): string {
    const { terms, nodes, missing } = this.#asked;
    const found = `Found ${this.length} results in total.`;
    const tags = tagProfile(this, terms).map(([tag, count]) => `\t${tag} found ${count}`);
    const profile = tags.length === 0 ? [] : ["", "Tag Profile:", ...tags];
    const addresses = missing.map(({ node }) => node).join(", ");
    const partial = this.isPartial
      ? ["", `Partial: ${missing.length} of ${nodes} nodes did not answer in time (${addresses})`]
      : [];
    return [found, ...profile, ...partial].join("\n");
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** Most common first; among equals those that were searched for, then by alphabet. */
function tagProfile(
  datasets: Iterable<RemoteDataset>,
  terms: readonly string[],
): readonly [string, number][] {
  const counts = new Map<string, number>();
  for (const { tags } of datasets) {
    for (const tag of new Set(tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  }
  const wanted = terms.map((term) => term.toLowerCase());
  const later = (tag: string) => (wanted.includes(tag.toLowerCase()) ? 0 : 1);
  return [...counts].toSorted(
    ([a, m], [b, n]) => n - m || later(a) - later(b) || (a < b ? -1 : Number(a > b)),
  );
}
