// What a step costs, known before it runs from public sizes alone. A meter holds every step to it in the tests.

/** Bytes each party sends, by its place, and how many rounds one after the other. */
export type Price = {
  readonly rounds: number;
  readonly bytes: readonly number[];
  /** What the step leaves to be checked before anything is opened; nothing where parties are believed. */
  readonly owes?: Unchecked;
};

/** Sizes of what a check has to go through: blocks of 128 ANDs, products of wide numbers, and carries. They add up. */
export type Unchecked = { readonly blocks: number; readonly terms: number; readonly words: number };

export const nothingUnchecked: Unchecked = { blocks: 0, terms: 0, words: 0 };

export function addedUnchecked(a: Unchecked, b: Unchecked): Unchecked {
  return { blocks: a.blocks + b.blocks, terms: a.terms + b.terms, words: a.words + b.words };
}

export const free: Price = { rounds: 0, bytes: [] };

/** One after the other: rounds add up. */
export function inTurn(...prices: readonly Price[]): Price {
  return {
    rounds: prices.reduce((total, { rounds }) => total + rounds, 0),
    bytes: addedBytes(prices),
    ...addedOwes(prices),
  };
}

/** At the same time: the longest decides, messages of one round travel together. */
export function atOnce(...prices: readonly Price[]): Price {
  return {
    rounds: Math.max(0, ...prices.map(({ rounds }) => rounds)),
    bytes: addedBytes(prices),
    ...addedOwes(prices),
  };
}

export function times(price: Price, count: number): Price {
  return {
    rounds: price.rounds * count,
    bytes: price.bytes.map((bytes) => bytes * count),
    ...addedOwes(Array.from({ length: count }, () => price)),
  };
}

function addedBytes(prices: readonly Price[]): readonly number[] {
  const parties = Math.max(0, ...prices.map(({ bytes }) => bytes.length));
  return Array.from({ length: parties }, (_, party) =>
    prices.reduce((total, { bytes }) => total + (bytes[party] ?? 0), 0),
  );
}

function addedOwes(prices: readonly Price[]): { readonly owes?: Unchecked } {
  const owing = prices.flatMap(({ owes }) => (owes === undefined ? [] : [owes]));
  return owing.length === 0 ? {} : { owes: owing.reduce(addedUnchecked) };
}
