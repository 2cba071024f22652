// What a step costs, known before it runs from public sizes alone. A meter holds every step to it in the tests.

/** Bytes each party sends, by its place, and how many rounds one after the other. */
export type Price = { readonly rounds: number; readonly bytes: readonly number[] };

export const free: Price = { rounds: 0, bytes: [] };

/** One after the other: rounds add up. */
export function inTurn(...prices: readonly Price[]): Price {
  return {
    rounds: prices.reduce((total, { rounds }) => total + rounds, 0),
    bytes: addedBytes(prices),
  };
}

/** At the same time: the longest decides, messages of one round travel together. */
export function atOnce(...prices: readonly Price[]): Price {
  return { rounds: Math.max(0, ...prices.map(({ rounds }) => rounds)), bytes: addedBytes(prices) };
}

export function times(price: Price, count: number): Price {
  return { rounds: price.rounds * count, bytes: price.bytes.map((bytes) => bytes * count) };
}

function addedBytes(prices: readonly Price[]): readonly number[] {
  const parties = Math.max(0, ...prices.map(({ bytes }) => bytes.length));
  return Array.from({ length: parties }, (_, party) =>
    prices.reduce((total, { bytes }) => total + (bytes[party] ?? 0), 0),
  );
}
