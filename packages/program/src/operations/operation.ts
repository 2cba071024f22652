// What an operation is: a name from ONNX, and one rule for each reading of it.
//
// The three readings that every operation has are here. `shape` says whether it is well formed, `plain`
// gives the numbers, `sensitivity` says what is known of one person's row after it, and what becomes of
// it where it would cross the private row axis. A missing rule is a compile error.

import type { Problem, Result } from "@unseen/base";
import type { Shape } from "../shape/shape.ts";
import type { PlainTensor } from "../tensor/plain-tensor.ts";
import type { ChoiceRule } from "./choice-rule.ts";

/** What one setting holds: a number, a list of numbers, or a list of texts. */
export type AttributeValue = number | readonly number[] | readonly string[];

/** An operation's settings: ONNX "attributes". An empty list is of numbers and of texts alike. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** How each attribute is read at the door; one with a default may be left out. */
export type AttributeSpec =
  | { readonly kind: "integer"; readonly default?: number }
  | { readonly kind: "number"; readonly default?: number }
  | { readonly kind: "integers"; readonly default?: readonly number[] }
  | { readonly kind: "numbers"; readonly default?: readonly number[] }
  | { readonly kind: "texts"; readonly default?: readonly string[] };

/**
 * What is known of a value before anything private is read. A `public` value is a constant or has been
 * released. A `rows` value holds something of each row; `lo` and `hi` bound each element of one row.
 */
export type Facts = PublicFacts | RowsFacts;

export type PublicFacts = { readonly kind: "public"; readonly value: PlainTensor };

export type RowsFacts = {
  readonly kind: "rows";
  /** The shape of what one row holds, without the row axis. */
  readonly shape: readonly number[];
  /** Least and greatest value of each element; infinite where nothing bounds it. */
  readonly lo: Float64Array;
  readonly hi: Float64Array;
  /** At most one element of a row differs from zero, as after OneHot. */
  readonly oneHot: boolean;
  /** Every element is a whole number. */
  readonly integral: boolean;
  /** A text of each row, and no number: it can be compared with public texts, and nothing else. */
  readonly isText?: true;
  /** Why a bound is infinite, in the asker's words. */
  readonly unboundedBecause?: string;
};

/** A value in the program that the planner is writing. `rowAxis` is -1 for a public one. */
export type Planned = {
  readonly node: number;
  readonly facts: Facts;
  readonly shape: Shape;
  readonly rowAxis: number;
};

/** What one person adds to a sum over people, in each of its numbers. Zero lies within. */
export type PeopleHeld = {
  readonly least: number;
  readonly greatest: number;
  /** How many of its numbers one person adds to at most; all of them where it is undefined. */
  readonly mostGroupsEach: number | undefined;
};

/** What a lowering rule may do. The planner implements it; every node it adds is checked like an asker's own. */
export interface Lowering {
  constant(value: PlainTensor): Planned;
  /** Applies an operation by its own rules, as though the asker had written it. */
  apply(name: string, inputs: readonly Planned[], attributes?: Attributes): Result<Planned, Problem>;
  /** Applies an operation to each row by itself; every private input has its rows first. */
  rowByRow(name: string, inputs: readonly Planned[], attributes?: Attributes): Result<Planned, Problem>;
  /** The plain way over the row axis: sums a row-first value over its rows. It will be noised. */
  sumRows(value: Planned): Result<Planned, Problem>;
  /**
   * The other way over the row axis: sums a row-first value over each person's rows, holds what comes out, and
   * sums that over people. It will be noised.
   */
  sumPeople(value: Planned, held: PeopleHeld): Result<Planned, Problem>;
  /** The same sums, exactly, of which a mechanism releases nothing but what it chooses by `rule`. */
  chooseFromSums(value: Planned, rule: ChoiceRule): Result<Planned, Problem>;
  /** Marks a row-first value as standing on its side ([k, rows]), without moving a number. */
  turned(value: Planned, rowAxis: number): Planned;
  /** Any column of the dataset: what counting rows reads, so that every count of them is one and the same. */
  anyColumn(): Result<Planned, Problem>;
  /** The number of rows, where the owner has declared it public. */
  readonly publicRowCount: number | undefined;
  /** The number of people, where the owner has declared it public. */
  readonly publicPeopleCount: number | undefined;
}

/**
 * `rowByRow` bounds one row's result from the bounds of its inputs. `lower` takes over where the private
 * row axis is not simply kept in front; without it the operation is refused there, with `refusal`.
 */
export type SensitivityRule = {
  readonly rowByRow:
    | ((inputs: readonly Facts[], attributes: Attributes) => Result<RowsFacts, Problem>)
    | undefined;
  readonly lower?: (
    lowering: Lowering,
    inputs: readonly Planned[],
    attributes: Attributes,
  ) => Result<Planned, Problem>;
};

export type Operation = {
  readonly name: string;
  /** Fewest and most inputs. */
  readonly inputs: readonly [number, number];
  readonly attributes: Readonly<Record<string, AttributeSpec>>;
  readonly shape: (inputs: readonly Shape[], attributes: Attributes) => Result<Shape, Problem>;
  readonly plain: (inputs: readonly PlainTensor[], attributes: Attributes) => PlainTensor;
  readonly sensitivity: SensitivityRule;
};
