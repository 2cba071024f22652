// The question which texts of a column may be shown, when nobody declared them: planned, and answered by partition
// selection. What it costs is the whole offer, and it needs a delta: with some chance, delta at most, a text that
// one person alone has is shown.

import { err, invariant, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  type Neighbours,
  type Offer,
  type PartitionSelection,
  type Price,
  partitionSelection,
  type Released,
  rational,
  unitInWords,
} from "@unseen/privacy";
import type { KeysWish } from "@unseen/wire";
import type { Receipt } from "../ledger/index.ts";
import type { OpenSource } from "./open-source.ts";
import type { QuestionPorts } from "./ports.ts";

export type PlannedKeys = {
  readonly kind: "keys";
  readonly source: OpenSource;
  readonly snapshot: string;
  readonly column: string;
  /** Held to the rows that a person may have. */
  readonly mostKeysEach: number;
  readonly neighbours: Neighbours;
  readonly unitInWords: string;
  readonly price: Pick<Price, "epsilon" | "delta">;
  readonly offer: Extract<Offer, { readonly kind: "approximate" }>;
};

/** Each refusal is free, and follows from the card and the offer. */
export function planKeys(
  source: OpenSource,
  { column, mostKeysEach }: KeysWish,
  offer: Offer,
): Result<PlannedKeys, Problem> {
  if (source.kind === "join") return err(keysOfAJoin());
  const [{ card, snapshot }] = source.sides;
  const declared = Object.hasOwn(card.columns, column) ? card.columns[column] : undefined;
  if (declared === undefined) {
    return err(
      problem(
        "column-unknown",
        `${card.name} has no column ${JSON.stringify(column)} that can be asked about`,
        {
          hint: `its columns are ${Object.keys(card.columns).slice(0, 40).join(", ")}`,
        },
      ),
    );
  }
  if (declared.type !== "text") return err(keysAreDeclared(column, declared.type));
  if (offer.kind !== "approximate") return err(needsDelta());
  return ok({
    kind: "keys",
    source,
    snapshot,
    column,
    mostKeysEach: Math.min(mostKeysEach, card.unit.kind === "row" ? 1 : card.unit.mostRowsEach),
    neighbours: card.people.isPublic ? "replace" : "add-or-remove",
    unitInWords: unitInWords(card),
    price: { epsilon: offer.epsilon, delta: offer.delta },
    offer,
  });
}

/** Exact where the offer is: billionths of epsilon, and the units of delta. Cost: up to 2^17 steps over fractions. */
export function selectionFor({ price, mostKeysEach, neighbours }: PlannedKeys): PartitionSelection {
  return partitionSelection({
    epsilon: rational(price.epsilon, 10n ** 9n),
    delta: rational(price.delta, 10n ** 18n),
    mostGroups: mostKeysEach,
    neighbours,
  });
}

export async function releaseKeys(
  { engine, entropy }: Pick<QuestionPorts, "engine" | "entropy">,
  question: PlannedKeys,
  receipt: Receipt,
): Promise<Result<Released<readonly string[]>, Problem>> {
  const { snapshot, column, mostKeysEach } = question;
  const sizes = await engine.peopleOfKeys(snapshot, { column, mostKeysEach }, receipt);
  return sizes.ok ? ok(selectionFor(question).select(sizes.value, entropy)) : sizes;
}

/** How many people a key needs, in words: public, because it follows from the offer alone. */
export function keysInWords(question: PlannedKeys): readonly string[] {
  const selection = selectionFor(question);
  const [half, most] = [0.5, 0.95].map((chance) => peopleFor(selection, chance));
  const { column, mostKeysEach } = question;
  return [
    `the keys of ${column}, each person counted for at most ${mostKeysEach} of theirs`,
    `a key of one person is shown with a chance of ${selection.keepProbability(1n).toPrecision(2)}, of ${half} people one time in two, of ${most} people 19 times in 20`,
  ];
}

function peopleFor({ keepProbability }: PartitionSelection, chance: number): string {
  const beyond = 2 ** 17;
  if (keepProbability(BigInt(beyond)) < chance) return `more than ${beyond}`;
  let [below, enough] = [0, beyond];
  while (enough - below > 1) {
    const middle = Math.floor((below + enough) / 2);
    if (keepProbability(BigInt(middle)) < chance) below = middle;
    else enough = middle;
  }
  invariant(enough > 0, "nobody's key is never shown");
  return String(enough);
}

function keysAreDeclared(column: string, type: string): Problem<"no-rule"> {
  return problem("no-rule", `the keys of ${column} are not found out for a price: its type is ${type}`, {
    hint:
      type === "category"
        ? "its categories are declared, and free: see the dataset's card"
        : "group by whole numbers with declared bounds, or count it in bins",
  });
}

function keysOfAJoin(): Problem<"no-rule"> {
  return problem(
    "no-rule",
    "which keys may be shown is asked of one dataset, and not of two that are joined",
    {
      hint: "ask the dataset that has the column, and give its keys to the question about both",
    },
  );
}

function needsDelta(): Problem<"delta-invalid"> {
  return problem("delta-invalid", "which keys may be shown is answered for an epsilon and a delta", {
    hint: "a text that one person alone has is shown with a chance of at most delta: keys(column, { epsilon: 1, delta: 1e-6 })",
  });
}
