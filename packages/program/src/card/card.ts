// What the owner declares about a dataset. Everything an answer depends on besides the rows is here, and
// nothing here is computed from the rows: a bound that was read off the data would tell about the person
// at the edge of it.

/** A number with its declared bounds. What is missing, not a number or out of range becomes a declared value. */
export type NumberColumn = {
  readonly type: "number" | "integer";
  /** Unit of measure, as "mmHg". */
  readonly unit?: string;
  readonly bounds: readonly [least: number, greatest: number];
  /** Stands for a missing value; the middle of the bounds unless declared. */
  readonly missing: number;
  readonly description?: string;
};

/** One of a declared list. In a program it is its place in the list, from 0. */
export type CategoryColumn = {
  readonly type: "category";
  readonly categories: readonly string[];
  /** Stands for a missing or undeclared category; the first unless declared. */
  readonly missing: string;
  readonly description?: string;
};

/**
 * Texts that nobody declared, as codes of diagnoses. It can be a key and nothing else: compared with texts that an asker
 * names, or grouped by keys that a mechanism has released. It is never a number.
 */
export type TextColumn = {
  readonly type: "text";
  /** Characters (code points) of the longest text that is a key; 64 unless declared. */
  readonly longest: number;
  /** The text that stands for an empty, too long or unprintable cell. Unless declared, such a row has no key. */
  readonly missing?: string;
  readonly description?: string;
};

export type ColumnCard = NumberColumn | CategoryColumn | TextColumn;

/** Who is protected: each row is a person, or a column names the person. */
export type PrivacyUnit =
  | { readonly kind: "row" }
  | {
      readonly kind: "column";
      readonly column: string;
      readonly mostRowsEach: number;
      /**
       * What kind of name the column holds, as "mrn". Two datasets that declare the same may be joined on the person:
       * the owner says so, because two numberings of people would match strangers.
       */
      readonly identity?: string;
    };

/**
 * Whether the number of people may be known. Where it is public, neighbours differ by one person
 * replaced; where it is not, by one person added or removed, and outsiders see the declared band.
 */
export type PeopleCount =
  | { readonly isPublic: true }
  | { readonly isPublic: false; readonly band: readonly [number, number] };

/** Lifetime caps over all askers, decimal as declared; `perAsker` is each one's allotment inside them. */
export type BudgetCard = { readonly epsilon: number; readonly delta: number; readonly perAsker?: number };

export type MockRows = {
  /** "declared": written by the owner. "synthetic": drawn from the declared bounds alone. Never real rows. */
  readonly origin: "declared" | "synthetic";
  readonly rows: readonly Readonly<Record<string, number | string>>[];
};

/** What a card says. A `Card` is one that the parser has read (`parse-card.ts`). */
export type CardFields = {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** In the order in which they are shown. The column that names the person is not among them. */
  readonly columns: Readonly<Record<string, ColumnCard>>;
  readonly unit: PrivacyUnit;
  readonly people: PeopleCount;
  readonly budget: BudgetCard;
  readonly mock: MockRows;
};
