// Random joins of two datasets on the person, with a neighbour on one side or on both.

import { type Card, type JoinedCard, joinCards, parseCard } from "@unseen/program";
import { type DatasetFacts, datasetFacts, type NumberFacts } from "../planner/dataset-facts.ts";
import type { Columns, People } from "../planner/exact-sums.ts";
import { drawnRank, randomValue } from "./random-datasets.ts";
import type { RandomStream } from "./random-stream.ts";

/** Rows of each person, by who they are; a row is its values in the order of the card's columns. */
export type Side = ReadonlyMap<string, readonly (readonly number[])[]>;
export type Sides = readonly [Side, Side];

export type DrawnJoin = {
  readonly card: JoinedCard;
  readonly sides: readonly [DatasetFacts, DatasetFacts];
  readonly before: Sides;
  readonly after: Sides;
  readonly how: string;
};

const bounds = [
  [0, 1],
  [-1, 1],
  [5, 10],
  [-7, -2],
  [1, 200],
] as const;

export function randomJoin(random: RandomStream): DrawnJoin {
  const cards = [randomCard(random, "one"), randomCard(random, "two")] as const;
  const card = joinCards(...cards);
  if (!card.ok) throw new Error(card.problem.message);
  const facts = cards.map((each) => datasetFacts(each, each.people.isPublic ? 9 : undefined));
  const sides = [facts[0]!, facts[1]!] as const;
  const before = [randomSide(random, sides[0]), randomSide(random, sides[1])] as const;
  const { after, how } = neighbour(random, sides, before);
  return { card: card.value, sides, before, after, how };
}

function randomCard(random: RandomStream, name: string): Card {
  const width = random.whole(1, 2);
  const card = parseCard({
    name,
    columns: Object.fromEntries(
      Array.from({ length: width }, (_, at) => [
        random.chance(0.5) ? `c${at}` : `${name}${at}`,
        { type: random.pick(["number", "integer"]), bounds: random.pick(bounds) },
      ]),
    ),
    unit: { column: "who", mostRowsEach: random.whole(1, 3), identity: "id" },
    people: random.chance(0.5) ? { isPublic: true } : { isPublic: false, band: [0, 20] },
    budget: { epsilon: 1 },
  });
  if (!card.ok) throw new Error(card.problem.message);
  return card.value;
}

const everybody = ["p", "q", "r", "s"];

function randomSide(random: RandomStream, facts: DatasetFacts): Side {
  return new Map(
    everybody.filter(() => random.chance(0.7)).map((who) => [who, randomRows(random, facts)] as const),
  );
}

/** At most the declared number of rows, as ingest leaves them. */
function randomRows(random: RandomStream, { columns, mostRowsEach }: DatasetFacts) {
  const row = () => [...columns.values()].map((facts) => randomValue(random, facts as NumberFacts));
  const count = random.chance(0.7) ? mostRowsEach : random.whole(1, mostRowsEach);
  return random.chance(0.6)
    ? Array<readonly number[]>(count).fill(row())
    : Array.from({ length: count }, row);
}

/** p leaves, comes, or becomes q, on one side or on both, as each side's neighbours allow. */
function neighbour(
  random: RandomStream,
  facts: readonly [DatasetFacts, DatasetFacts],
  before: Sides,
): { readonly after: Sides; readonly how: string } {
  const where = random.pick(["the first", "the second", "both"]);
  const changed = (at: 0 | 1): Side => {
    if (where === (at === 0 ? "the second" : "the first")) return before[at];
    const next = new Map(before[at]);
    if (facts[at].neighbours === "add-or-remove") {
      if (!next.delete("p")) next.set("p", randomRows(random, facts[at]));
      return next;
    }
    // Somebody is replaced by one who was not in this dataset, and who may long have been in the other.
    if (!next.delete("p") || next.has("q")) return before[at];
    next.set("q", randomRows(random, facts[at]));
    return next;
  };
  return { after: [changed(0), changed(1)], how: where };
}

/** The plain rule: each row of a person in the first dataset beside each of theirs in the second. */
export function pairsOf(
  { card }: Pick<DrawnJoin, "card">,
  [first, second]: Sides,
): { readonly columns: Columns; readonly rowCount: number; readonly people: People } {
  const pairs = [...first].flatMap(([who, rows]) =>
    rows.flatMap((mine) => (second.get(who) ?? []).map((theirs) => [mine, theirs, who] as const)),
  );
  const places = card.sides.map(({ columns }) => Object.keys(columns));
  return {
    rowCount: pairs.length,
    people: { whose: pairs.map(([, , who]) => who), rank: drawnRank },
    columns: new Map(
      [...card.origins].map(([name, { side, column }]) => {
        const place = places[side]!.indexOf(column);
        return [name, Float64Array.from(pairs, (pair) => pair[side][place]!)];
      }),
    ),
  };
}
