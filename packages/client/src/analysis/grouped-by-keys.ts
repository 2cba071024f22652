// Two questions under one offer: which keys of a column may be shown, and then the numbers of each group.

import { err, ok, type Problem, type Result } from "@unseen/base";
import { Answer } from "../datasets/answer.ts";
import { afterPaidKeys, keysAskId, lossOfBoth, splitOffer } from "../datasets/keys-and-values.ts";
import { type AnswerOffer, namedOffer, type Offer } from "../datasets/offer.ts";
import { Price } from "../datasets/price.ts";
import type { Desk } from "../datasets/question-desk.ts";
import { AskRefused, orThrow } from "../refusals/ask-refused.ts";
import type { AskedTables, TablesOfKeys } from "./asked-tables.ts";
import { Labelled, LabelledAnswer } from "./labelled.ts";

/** Stands for the keys where what is said holds whatever they are: prices and refusals. */
export const anyKey = "key";

/** Half of the epsilon and the whole delta go to the keys (`splitOffer`); what both cost is added up in the answer. */
export async function answerOfKeys(
  { column, desk, tablesOf }: TablesOfKeys,
  given: number | AnswerOffer,
  answer: (tables: AskedTables, offer: AnswerOffer) => Promise<Result<LabelledAnswer, Problem>>,
): Promise<Result<LabelledAnswer, Problem>> {
  const { offer, askId } = namedOffer(given);
  const parts = splitOffer(offer);
  const keys = await desk.askKeys(
    { column, mostKeysEach: 1 },
    { offer: parts.keys, askId: keysAskId(askId) },
  );
  if (!keys.ok) return keys;
  const found = keys.value;
  if (found.keys.length === 0) {
    const nothing = new Answer({ ...found, value: [], plusMinus: [], choices: [] });
    const [{ name, labels }] = tablesOf([anyKey]);
    const empty = new Labelled(
      name,
      labels.map(() => []),
      [],
      [],
    );
    return ok(new LabelledAnswer(nothing, [empty], found));
  }
  const tables = tablesRefused(() => tablesOf(found.keys));
  if (!tables.ok) return err(afterPaidKeys(tables.problem, askId));
  const values = await answer(tables.value, { ...parts.values, askId });
  if (!values.ok) return err(afterPaidKeys(values.problem, askId));
  const guarantee = `Keys: ${found.guarantee}\nNumbers: ${values.value.guarantee}`;
  const both = new Answer({ ...values.value, spent: lossOfBoth(found, values.value.spent), guarantee });
  return ok(new LabelledAnswer(both, values.value.tables, found));
}

/** More keys than one question has groups are refused where they are recorded, which is here after the first charge. */
function tablesRefused(tables: () => AskedTables): Result<AskedTables, Problem> {
  try {
    return ok(tables());
  } catch (error) {
    if (error instanceof AskRefused) return err(error.problem);
    throw error;
  }
}

export async function priceOfKeys(
  { column, desk, tablesOf }: TablesOfKeys,
  given: number | Offer,
  price: (tables: AskedTables, offer: Offer) => Promise<Price>,
): Promise<Price> {
  const offer = typeof given === "number" ? { epsilon: given } : given;
  return orThrow(
    await priceOfKeysAnd(desk, column, offer, async (part) => ok(await price(tablesOf([anyKey]), part))),
  );
}

/** The half-width is that of any group, since each has the same noise. Affordable where the whole offer would be, asked at once. */
export async function priceOfKeysAnd(
  desk: Desk,
  column: string,
  offer: Offer,
  priceOfValues: (part: Offer) => Promise<Result<Price, Problem>>,
): Promise<Result<Price, Problem>> {
  const parts = splitOffer(offer);
  const wish = { column, mostKeysEach: 1 };
  const keys = await desk.priceKeys(wish, parts.keys);
  if (!keys.ok) return keys;
  const whole = await desk.priceKeys(wish, offer);
  if (!whole.ok) return whole;
  const values = await priceOfValues(parts.values);
  if (!values.ok) return values;
  return ok(
    new Price({
      ...values.value,
      cost: whole.value.cost,
      releases: [...keys.value.releases, ...values.value.releases],
      affordable: whole.value.affordable && values.value.affordable,
    }),
  );
}
