// From a typed expression to a question about one dataset. Column names become columns, functions become the
// methods of tensors, and plain numbers are calculated here.

import { err, ok, type Problem, type Result } from "@unseen/base";
import type { NestedNumbers } from "@unseen/program";
import { AskRefused } from "unseen";
import { closeFunctions } from "./close-functions.ts";
import type { ColumnFacts, Columns } from "./columns.ts";
import { functions, type Given, type LanguageFunction, type Recorder } from "./functions.ts";
import { applied, appliedToNumbers, calculated, eachNumber } from "./operators.ts";
import { type BinaryOperator, type ExpressionTree, expressionProblem } from "./parse-expression.ts";

type Value<T> =
  | { readonly kind: "numbers"; readonly value: NestedNumbers }
  | { readonly kind: "tensor"; readonly value: T };

/**
 * Records the expression on the dataset's columns. Nothing is sent. Problems: "expression-malformed" with the
 * column, "column-unknown", and what an operation refuses at once, such as "shapes-do-not-fit".
 */
export function recordExpression<T extends Recorder<T>>(
  text: string,
  tree: ExpressionTree,
  dataset: Columns<T>,
): Result<T, Problem> {
  const recording = new Recording(dataset);
  try {
    const value = recording.value(tree);
    if (value.kind === "tensor") return ok(value.value);
    return err(
      expressionProblem(
        text,
        tree.at,
        "the expression asks nothing of the dataset",
        "name a column, as mean(bp)",
      ),
    );
  } catch (error) {
    if (error instanceof Misread) return err(expressionProblem(text, error.at, error.message, error.hint));
    if (error instanceof AskRefused) return err(pointed(error.problem, text, recording.at));
    throw error;
  }
}

function pointed(refusal: Problem, text: string, at: number): Problem {
  const { hint: place } = expressionProblem(text, at, "");
  return { ...refusal, hint: refusal.hint === undefined ? place! : `${place}\n${refusal.hint}` };
}

/** Unwinds to `recordExpression`; never leaves this file. */
class Misread extends Error {
  readonly at: number;
  readonly hint: string | undefined;

  constructor(at: number, message: string, hint?: string) {
    super(message);
    this.at = at;
    this.hint = hint;
  }
}

class Recording<T extends Recorder<T>> {
  /** Where the part begins that is being recorded, for what a tensor refuses. */
  at = 0;
  readonly #dataset: Columns<T>;

  constructor(dataset: Columns<T>) {
    this.#dataset = dataset;
  }

  value(tree: ExpressionTree): Value<T> {
    switch (tree.kind) {
      case "number":
        return { kind: "numbers", value: tree.value };
      case "name":
        return { kind: "tensor", value: this.#column(tree) };
      case "list":
        return { kind: "numbers", value: tree.items.map((item) => this.#plain(item)) };
      case "unary":
        return tree.operator === "-"
          ? this.#negated(tree)
          : { kind: "tensor", value: this.#tensor(tree.of).not() };
      case "binary":
        return this.#binary(tree);
      case "call":
        return { kind: "tensor", value: this.#call(tree) };
      default:
        return tree satisfies never;
    }
  }

  #column({ name, isQuoted, at }: Extract<ExpressionTree, { kind: "name" }>): T {
    this.at = at;
    if (!isQuoted && this.#facts(name) === undefined && Object.hasOwn(functions, name))
      throw new Misread(at, `${name} is a function`, `it is written ${functions[name]!.usage}`);
    return this.#dataset.column(name);
  }

  #facts(name: string): ColumnFacts | undefined {
    return this.#dataset.schema.find((column) => column.name === name);
  }

  #negated({ of, at }: Extract<ExpressionTree, { kind: "unary" }>): Value<T> {
    const value = this.value(of);
    this.at = at;
    if (value.kind === "tensor") return { kind: "tensor", value: value.value.neg() };
    return { kind: "numbers", value: eachNumber(value.value, (one) => -one) };
  }

  #binary({ operator, left, right, at }: Extract<ExpressionTree, { kind: "binary" }>): Value<T> {
    const [a, b] = [this.#categoryPlace(operator, left, right), this.#categoryPlace(operator, right, left)];
    const one = a ?? this.value(left);
    const other = b ?? this.value(right);
    this.at = at;
    if (one.kind === "tensor") return { kind: "tensor", value: applied(operator, one.value, other.value) };
    if (other.kind === "tensor")
      return { kind: "tensor", value: appliedToNumbers(operator, one.value, other.value) };
    if (typeof one.value !== "number" || typeof other.value !== "number")
      throw new Misread(at, "two lists are not calculated with each other", "write the list that you mean");
    const value = calculated(operator, one.value, other.value);
    if (!Number.isFinite(value)) throw new Misread(at, "this does not come to a finite number");
    return { kind: "numbers", value };
  }

  /** `sex == "female"`: a quoted text beside a category column is the category's place in the declared list. */
  #categoryPlace(
    operator: BinaryOperator,
    text: ExpressionTree,
    beside: ExpressionTree,
  ): Value<T> | undefined {
    if ((operator !== "==" && operator !== "!=") || text.kind !== "name" || !text.isQuoted) return undefined;
    if (beside.kind !== "name" || this.#facts(text.name) !== undefined) return undefined;
    const column = this.#facts(beside.name);
    if (column?.type !== "category") return undefined;
    const place = column.categories.indexOf(text.name);
    if (place === -1)
      throw new Misread(
        text.at,
        `${beside.name} has no such category`,
        `it has ${listed(column.categories)}`,
      );
    return { kind: "numbers", value: place };
  }

  #call({ name, given, at }: Extract<ExpressionTree, { kind: "call" }>): T {
    const called = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (called === undefined) throw new Misread(at, "there is no function of this name", closestTo(name));
    const { fewest, most, usage } = called;
    if (given.length < fewest || given.length > most)
      throw new Misread(
        at,
        `${name} takes ${countText(called)}, not ${given.length}`,
        `it is written ${usage}`,
      );
    const made = called.record(this.#given(given, at));
    return made;
  }

  #given(trees: readonly ExpressionTree[], calledAt: number): Given<T> {
    const refuse = (at: number, message: string, hint?: string): never => {
      throw new Misread(trees[at]?.at ?? calledAt, message, hint);
    };
    const pointAtCall = <V>(value: V): V => {
      this.at = calledAt;
      return value;
    };
    return {
      count: trees.length,
      tensor: (at) => pointAtCall(this.#tensor(trees[at]!)),
      operand: (at) => pointAtCall(this.value(trees[at]!).value),
      number: (at, fallback) => {
        const value = trees[at] === undefined ? fallback : this.#plain(trees[at]);
        return typeof value === "number" ? pointAtCall(value) : refuse(at, "a single number was expected");
      },
      numbers: (at, fallback) => {
        const value = trees[at] === undefined ? fallback : this.#plain(trees[at]);
        const list = typeof value === "number" ? [value] : value;
        return list?.every((one) => typeof one === "number")
          ? pointAtCall(list)
          : refuse(at, "a list of numbers was expected");
      },
      column: (at) => {
        const tree = trees[at];
        return tree?.kind === "name" ? this.#facts(tree.name) : undefined;
      },
      sideBySide: (from) => this.#sideBySide(trees.slice(from), calledAt),
      anyColumn: () => this.#dataset.column(this.#dataset.schema[0]?.name ?? ""),
      refuse,
    };
  }

  #sideBySide(trees: readonly ExpressionTree[], calledAt: number): T {
    const tensors = trees.map((tree) => {
      const one = this.#tensor(tree);
      return one.shape.length === 1 ? one.reshape([0, 1]) : one;
    });
    this.at = calledAt;
    const [first, ...others] = tensors;
    return others.length === 0 ? first! : first!.concat(others, 1);
  }

  #tensor(tree: ExpressionTree): T {
    const value = this.value(tree);
    if (value.kind === "tensor") return value.value;
    throw new Misread(
      tree.at,
      "a column was expected, or something made of columns",
      "plain numbers can stand on the right",
    );
  }

  #plain(tree: ExpressionTree): NestedNumbers {
    const value = this.value(tree);
    if (value.kind === "numbers") return value.value;
    throw new Misread(tree.at, "a plain number was expected, which must not depend on the data");
  }
}

function closestTo(name: string): string {
  const close = closeFunctions(name, Object.keys(functions));
  if (close.length > 0)
    return `did you mean ${close.map((one) => functions[one]?.usage ?? one).join(" or ")}?`;
  return `the functions are ${Object.keys(functions).toSorted().join(", ")}`;
}

function countText({ fewest, most }: LanguageFunction): string {
  const things = (count: number) => (count === 1 ? "1 value" : `${count} values`);
  if (fewest === most) return things(fewest);
  return most >= 100 ? `at least ${things(fewest)}` : `from ${fewest} to ${things(most)}`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => JSON.stringify(name));
  return names.length > shown.length
    ? `${shown.join(", ")} and ${names.length - shown.length} more`
    : shown.join(", ");
}
