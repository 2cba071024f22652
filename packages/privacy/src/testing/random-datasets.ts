// Declared datasets, and pairs of real ones that differ in one person, drawn to be hard on the planner.

import type { DatasetFacts, NumberFacts } from "../planner/dataset-facts.ts";
import type { Columns, People } from "../planner/exact-sums.ts";
import type { RandomStream } from "./random-stream.ts";

/** Bounds in which a formula is likely to go wrong: zero inside, outside, at an end; tiny, huge, one value alone. */
const bounds: readonly (readonly [least: number, greatest: number])[] = [
  [0, 1],
  [-1, 1],
  [0, 10],
  [5, 10],
  [-7, -2],
  [-0.1, 0.3],
  [0, 0],
  [3, 3],
  [1, 200],
  [-2.5, 1.5],
  [0, 2 ** 26],
  [-1e-9, 1e-9],
  [1e-300, 1e-290],
  [-1e150, 1e150],
  [-1e308, 1e308],
];
const wholeBounds: readonly (readonly [number, number])[] = [
  [0, 1],
  [0, 4],
  [-3, 3],
  [1, 12],
  [0, 0],
  [-1_000_000, 50_000_000],
];

export function randomDataset(random: RandomStream): DatasetFacts {
  const columns = new Map<string, NumberFacts>();
  const width = random.whole(1, 4);
  for (let at = 0; at < width; at++) {
    const integral = random.chance(0.4);
    const [least, greatest] = random.pick(integral ? wholeBounds : bounds);
    columns.set(`c${at}`, { least, greatest, integral });
  }
  const oneRowEach = random.chance(0.4);
  const isPublic = random.chance(0.5);
  const publicRowCount = oneRowEach && isPublic ? random.whole(0, 9) : undefined;
  const mockRowCount = random.pick([0, 0, 1, 2]);
  return {
    name: "drawn",
    columns,
    neighbours: isPublic ? "replace" : "add-or-remove",
    mostRowsEach: oneRowEach ? 1 : random.whole(1, 5),
    oneRowEach,
    publicRowCount,
    // The number of people itself is drawn with the rows, and no plan may rest on it here.
    publicPeopleCount: publicRowCount,
    mostRows: 1_000,
    typicalRowCount: publicRowCount === undefined ? random.pick([1, 20, 1_000]) : Math.max(publicRowCount, 1),
    mock: new Map([...columns].map(([name, facts]) => [name, randomColumn(random, facts, mockRowCount)])),
    mockRowCount,
    unitInWords: "drawn",
  };
}

function randomColumn(random: RandomStream, facts: NumberFacts, rows: number): Float64Array {
  return Float64Array.from({ length: rows }, () => randomValue(random, facts));
}

/** Mostly the ends, where one person moves a sum the most. */
export function randomValue(random: RandomStream, { least, greatest, integral }: NumberFacts): number {
  const held = (value: number) => Math.min(Math.max(value, least), greatest);
  const inside = held(least + random.unit() * (greatest / 2 - least / 2) * 2);
  const value = random.pick([least, greatest, least, greatest, held(0), held(1), held(-1), inside]);
  return integral ? held(Math.round(value)) : value;
}

/** One person's rows, before they are bounded to the unit: each row a value for every column, in order. */
export type Person = { readonly whose: string; readonly rows: readonly (readonly number[])[] };

export type NeighbouringPeople = {
  readonly before: readonly Person[];
  readonly after: readonly Person[];
  readonly how: "added" | "removed" | "rewritten";
  /** How many neighbouring steps lie between the two: rewriting is a removal and an addition where people may come and go. */
  readonly distance: bigint;
};

export function randomNeighbours(random: RandomStream, dataset: DatasetFacts): NeighbouringPeople {
  // Columns of numbers alone are drawn.
  const facts = [...dataset.columns.values()] as NumberFacts[];
  const mostRows = dataset.oneRowEach ? 1 : dataset.mostRowsEach + 2;
  // The owner's door replaces what is out of bounds. The exact part must hold even if that door stood open.
  const isDoorOpen = random.chance(0.15);
  const outside = ({ least, greatest }: NumberFacts) => {
    const width = greatest / 2 - least / 2 + 1;
    const near = [least - width, greatest + width, least - 5 * width, greatest + 5 * width];
    return random.pick([...near, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  };
  const value = (column: NumberFacts) =>
    isDoorOpen && random.chance(0.4) ? outside(column) : randomValue(random, column);
  const row = () => facts.map(value);
  const person = (whose: string): Person => {
    const count = random.chance(0.5) ? mostRows : random.whole(1, mostRows);
    // The same row again and again moves a sum further than different ones.
    const isSame = random.chance(0.6);
    return {
      whose,
      rows: isSame ? Array<readonly number[]>(count).fill(row()) : Array.from({ length: count }, row),
    };
  };
  const others = Array.from({ length: random.whole(0, 3) }, (_, at) => person(`other ${at}`));
  const one = person("one");
  const place = random.whole(0, others.length);
  const withOne = (who: Person) => [...others.slice(0, place), who, ...others.slice(place)];
  if (dataset.neighbours === "replace" || random.chance(0.2)) {
    return {
      before: withOne(one),
      after: withOne(random.chance(0.5) ? opposite(one, facts) : person(random.pick(["one", "another"]))),
      how: "rewritten",
      distance: dataset.neighbours === "replace" ? 1n : 2n,
    };
  }
  return random.chance(0.5)
    ? { before: others, after: withOne(one), how: "added", distance: 1n }
    : { before: withOne(one), after: others, how: "removed", distance: 1n };
}

/** The person with every value at the other end of its bounds. */
function opposite({ whose, rows }: Person, facts: readonly NumberFacts[]): Person {
  const turned = (value: number, { least, greatest }: NumberFacts) => (value === least ? greatest : least);
  return { whose, rows: rows.map((row) => row.map((value, at) => turned(value, facts[at]!))) };
}

/** The rows that the exact part sees: each person's first `mostRowsEach`, column by column, and whose each is. */
export function boundedColumns(
  dataset: DatasetFacts,
  people: readonly Person[],
  mostRowsEach = dataset.mostRowsEach,
): RowsOfPeople {
  const kept = people.map(({ whose, rows }) => ({ whose, rows: rows.slice(0, mostRowsEach) }));
  const rows = kept.flatMap((person) => person.rows);
  const names = [...dataset.columns.keys()];
  return {
    columns: new Map(names.map((name, at) => [name, Float64Array.from(rows, (row) => row[at]!)])),
    rowCount: rows.length,
    people: { whose: kept.flatMap(({ whose, rows: own }) => own.map(() => whose)), rank: drawnRank },
  };
}

export type RowsOfPeople = {
  readonly columns: Columns;
  readonly rowCount: number;
  readonly people: People;
};

/** Any order of a person's own will do (FNV-1a, which spreads short texts well). */
export const drawnRank: People["rank"] = (person, element) => {
  let hash = 0x811c9dc5;
  for (const character of `${person},${element}`)
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return BigInt(hash);
};
