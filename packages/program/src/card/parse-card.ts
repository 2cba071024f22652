// Reads the card that an owner wrote: the one maker of `Card`. It is strict, because what a card leaves
// open would have to be guessed or read off the data, and both would tell about people in it.

import { type Brand, type Entropy, err, ok, type Result } from "@unseen/base";
import type { BudgetCard, CardFields, ColumnCard, PeopleCount, PrivacyUnit } from "./card.ts";
import { parseColumns } from "./card-columns.ts";
import {
  asList,
  asObject,
  asText,
  type CardProblem,
  isFiniteNumber,
  malformed,
  optional,
  quoted,
  refuseUnknown,
} from "./card-fields.ts";
import { drawRows, parseMock } from "./card-mock.ts";

/** A card that was read: every rule about it holds. */
export type Card = Brand<CardFields, "Card">;

/** A delta that no card may declare, and none above it: one of a thousandth lets one person in a thousand be read whole. */
const leastTooLarge = 1e-3;
/** Tags and characters that one card may hold: a card is read by people. */
const cardLimits = { tags: 50, tagLength: 64, descriptionLength: 10_000, nameLength: 64 } as const;

const keys = ["name", "description", "tags", "columns", "unit", "people", "budget", "mock"];

/**
 * Reads a card from parsed JSON. Its problems name the column and the rule. A card without mock rows gets
 * none: `withSyntheticRows` draws some.
 */
export function parseCard(json: unknown): Result<Card, CardProblem> {
  const card = asObject(json, "the card");
  if (!card.ok) return card;
  const known = refuseUnknown(card.value, keys, "the card");
  if (!known.ok) return known;
  const name = parseName(card.value.name);
  if (!name.ok) return name;
  const description = optional(card.value, "description", (value) =>
    asText(value, "the description", cardLimits.descriptionLength),
  );
  if (!description.ok) return description;
  const tags = parseTags(card.value.tags ?? []);
  if (!tags.ok) return tags;
  const columns = parseColumns(card.value.columns);
  if (!columns.ok) return columns;
  const unit = parseUnit(card.value.unit, columns.value);
  if (!unit.ok) return unit;
  const people = parsePeople(card.value.people);
  if (!people.ok) return people;
  const budget = parseBudget(card.value.budget);
  if (!budget.ok) return budget;
  const mock = parseMock(card.value.mock ?? [], columns.value);
  if (!mock.ok) return mock;
  return ok(
    Object.freeze({
      name: name.value,
      description: description.value ?? "",
      tags: tags.value,
      columns: columns.value,
      unit: unit.value,
      people: people.value,
      budget: budget.value,
      mock: mock.value,
    }) as Card,
  );
}

function parseName(value: unknown): Result<string, CardProblem> {
  if (typeof value === "string" && /^[a-z0-9][a-z0-9_-]{0,63}$/.test(value)) return ok(value);
  return err(
    malformed(
      `the card's name is 1 to ${cardLimits.nameLength} small letters, digits, "-" and "_", and begins with a letter or digit`,
    ),
  );
}

function parseTags(value: unknown): Result<readonly string[], CardProblem> {
  const tags = asList(value, "the tags", cardLimits.tags);
  if (!tags.ok) return tags;
  for (const tag of tags.value) {
    if (typeof tag !== "string" || !/^#[^\s#\p{Cc}]+$/u.test(tag) || tag.length > cardLimits.tagLength)
      return err(malformed('each tag begins with "#" and holds no space, as "#diabetes"'));
  }
  return ok(Object.freeze([...new Set(tags.value as readonly string[])]));
}

function parseUnit(
  value: unknown,
  columns: Readonly<Record<string, ColumnCard>>,
): Result<PrivacyUnit, CardProblem> {
  if (value === "row") return ok(Object.freeze({ kind: "row" }));
  if (value === undefined) {
    return err(
      malformed(
        'the card does not say who is protected: "unit" is "row" where each row is a person, or names the column that tells people apart',
        'as { "column": "patient_id", "mostRowsEach": 1 }',
      ),
    );
  }
  const unit = asObject(value, '"unit"');
  if (!unit.ok) return unit;
  const known = refuseUnknown(unit.value, ["column", "mostRowsEach", "identity"], '"unit"');
  if (!known.ok) return known;
  const column = asText(unit.value.column, 'the column of "unit"', 200);
  if (!column.ok) return column;
  const { mostRowsEach } = unit.value;
  if (typeof mostRowsEach !== "number" || !Number.isSafeInteger(mostRowsEach) || mostRowsEach < 1)
    return err(malformed('"mostRowsEach" is a whole number from 1: the most rows that count for one person'));
  if (Object.hasOwn(columns, column.value)) {
    return err(
      malformed(
        `the column ${quoted(column.value)} tells people apart, so it cannot be asked about too`,
        'leave it out of "columns"',
      ),
    );
  }
  const identity = optional(unit.value, "identity", parseIdentity);
  if (!identity.ok) return identity;
  const named = identity.value === undefined ? {} : { identity: identity.value };
  return ok(Object.freeze({ kind: "column", column: column.value, mostRowsEach, ...named }));
}

function parseIdentity(value: unknown): Result<string, CardProblem> {
  if (typeof value === "string" && /^[a-z0-9][a-z0-9_-]{0,63}$/.test(value)) return ok(value);
  return err(
    malformed(
      'the "identity" of "unit" is 1 to 64 small letters, digits, "-" and "_", and begins with a letter or digit',
      'it says what kind of name the column holds, as "mrn"; datasets of one identity can be joined on the person',
    ),
  );
}

function parsePeople(value: unknown): Result<PeopleCount, CardProblem> {
  if (value === undefined) {
    return err(
      malformed(
        'the card does not say what outsiders may know about the number of people in "people"',
        '{ "isPublic": false, "band": [100, 1000] } shows a band; { "isPublic": true } shows the number',
      ),
    );
  }
  const people = asObject(value, '"people"');
  if (!people.ok) return people;
  const known = refuseUnknown(people.value, ["isPublic", "band"], '"people"');
  if (!known.ok) return known;
  const { isPublic, band } = people.value;
  if (isPublic === true) {
    if (band !== undefined)
      return err(malformed('"people" has a band although the number of people is public'));
    return ok(Object.freeze({ isPublic }));
  }
  if (isPublic !== undefined && isPublic !== false)
    return err(malformed('"isPublic" of "people" is true or false'));
  const isBand =
    Array.isArray(band) &&
    band.length === 2 &&
    band.every((end) => Number.isSafeInteger(end) && end >= 0) &&
    band[0] <= band[1];
  if (!isBand) {
    return err(
      malformed(
        '"people" needs a band of two whole numbers, the lower first, where the number of people is not public',
        'as "band": [100, 1000]',
      ),
    );
  }
  return ok(Object.freeze({ isPublic: false, band: Object.freeze([band[0], band[1]] as const) }));
}

function parseBudget(value: unknown): Result<BudgetCard, CardProblem> {
  const budget = asObject(value, '"budget"');
  if (!budget.ok) return budget;
  const known = refuseUnknown(budget.value, ["epsilon", "delta", "perAsker"], '"budget"');
  if (!known.ok) return known;
  const { epsilon, delta = 0, perAsker } = budget.value;
  if (!isFiniteNumber(epsilon) || epsilon <= 0)
    return err(malformed("the budget's epsilon is a finite number above 0"));
  if (!isFiniteNumber(delta) || delta < 0 || delta >= leastTooLarge)
    return err(malformed(`the budget's delta is from 0, and below ${leastTooLarge}`));
  if (perAsker === undefined) return ok(Object.freeze({ epsilon, delta }));
  if (!isFiniteNumber(perAsker) || perAsker <= 0 || perAsker > epsilon)
    return err(malformed("the budget's perAsker is above 0 and at most its epsilon"));
  return ok(Object.freeze({ epsilon, delta, perAsker }));
}

/**
 * The same card with `count` rows drawn from what it declares, where it has none of its own. Nothing of
 * the data is read, so the rows show the form of the data and nothing about it.
 */
export function withSyntheticRows(card: Card, entropy: Entropy, count = 8): Card {
  if (card.mock.rows.length > 0) return card;
  return Object.freeze({ ...card, mock: drawRows(card.columns, entropy, count) }) as Card;
}

/** The card as a person would write it: `parseCard` reads it back to an equal card. */
export function cardToJson(card: Card): Record<string, unknown> {
  return {
    name: card.name,
    description: card.description,
    tags: [...card.tags],
    columns: Object.fromEntries(Object.entries(card.columns).map(([name, column]) => [name, { ...column }])),
    unit: unitToJson(card.unit),
    people: { ...card.people },
    budget: { ...card.budget },
    mock:
      card.mock.origin === "declared"
        ? card.mock.rows.map((row) => ({ ...row }))
        : { origin: card.mock.origin, rows: card.mock.rows.map((row) => ({ ...row })) },
  };
}

function unitToJson(unit: PrivacyUnit): unknown {
  if (unit.kind === "row") return "row";
  const { kind: _, ...declared } = unit;
  return declared;
}
