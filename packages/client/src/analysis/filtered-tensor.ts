// A column of which only some rows count. Row by row nothing changes; where rows become a number, those that
// were not chosen add nothing.

import { problem } from "@unseen/base";
import { type Attributes, type Operand, type QuantileOptions, TensorMethods } from "@unseen/program";
import type { Answer } from "../datasets/answer.ts";
import type { AnswerOffer, Offer } from "../datasets/offer.ts";
import type { Price } from "../datasets/price.ts";
import type { PrivateTensor } from "../datasets/private-tensor.ts";
import { AskRefused } from "../refusals/ask-refused.ts";

/** As `Quantile` counts unless told otherwise. */
const usualBins = 64;

export class FilteredTensor extends TensorMethods<FilteredTensor> {
  readonly #values: PrivateTensor;
  readonly #condition: PrivateTensor;
  readonly #bounds: readonly [number, number] | undefined;

  /** `condition`: [rows], not zero for a row that counts. `bounds`: what the card declares, of a column as it is. */
  constructor(values: PrivateTensor, condition: PrivateTensor, bounds?: readonly [number, number]) {
    super();
    this.#values = values;
    this.#condition = condition;
    this.#bounds = bounds;
  }

  get shape(): PrivateTensor["shape"] {
    return this.#values.shape;
  }

  /** As of any tensor of columns: charged once, answered with noise. */
  async get(): Promise<never>;
  async get(offer: number | AnswerOffer): Promise<Answer>;
  async get(offer?: number | AnswerOffer): Promise<Answer> {
    return offer === undefined ? this.#values.get() : this.#values.get(offer);
  }

  tryGet(offer?: number | AnswerOffer): ReturnType<PrivateTensor["tryGet"]> {
    return this.#values.tryGet(offer);
  }

  price(offer: number | Offer): Promise<Price> {
    return this.#values.price(offer);
  }

  /** Of the chosen rows alone. `bounds` are needed where a column has been computed on. */
  override quantile(q: number | readonly number[], options: QuantileOptions = {}) {
    if (!this.#hasRows) return super.quantile(q, options);
    const { bounds, bins, withInterval = false } = options;
    const range = bounds ?? this.#bounds;
    if (range === undefined)
      throw new AskRefused(
        problem("bounds-unknown", "a quantile of filtered rows needs the range to look through", {
          hint: "quantile(q, { bounds: [least, greatest] })",
        }),
      );
    const [min, max] = range;
    const shares = typeof q === "number" ? [q] : q;
    if (shares.length === 1 && !withInterval) {
      const how = { q: shares[0]!, bounds: range, ...(bins === undefined ? {} : { bins }) };
      return this.#like(this.#values.recorded("ChooseQuantile", [this.#condition], how));
    }
    const held = new FilteredTensor(this.#values.clip(min, max), this.#condition);
    return held.histogram(bins ?? usualBins, min, max).quantileOfCounts(q, min, max);
  }

  override toString(): string {
    return `${this.#values} where ${this.#condition}`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  protected override record(
    operation: string,
    others: readonly Operand<FilteredTensor>[],
    attributes: Attributes = {},
  ): FilteredTensor {
    const operands = others.map((other) => this.#operandOf(other));
    const overRows = this.#hasRows ? this.#overRows(operation, operands, attributes) : undefined;
    if (overRows !== undefined) return this.#like(overRows);
    const result = this.#values.recorded(operation, operands, attributes);
    const losesRows = this.#hasRows && result.shape[0] !== "rows" && !extremes.includes(operation);
    if (losesRows) throw new AskRefused(notFiltered(operation));
    return this.#like(result);
  }

  get #hasRows(): boolean {
    return this.#values.shape.includes("rows");
  }

  /** What runs over the chosen rows; undefined where an operation works row by row. */
  #overRows(
    operation: string,
    operands: readonly Operand<PrivateTensor>[],
    attributes: Attributes,
  ): PrivateTensor | undefined {
    switch (operation) {
      case "Count":
        return this.#condition.not().not().sum(0);
      case "CountPeople":
        return this.#chosenBeside(this.#values).recorded(operation, [], attributes);
      case "SumByPerson":
        return this.#upright(this.shape.length)
          .not()
          .not()
          .mul(this.#values)
          .recorded(operation, [], attributes);
      case "Histogram": {
        const { bins, min, max } = attributes as { bins: number; min: number; max: number };
        const outside = min - Math.max(1, max - min);
        return this.#condition.where(this.#values, outside).histogram(bins, min, max);
      }
      case "ChooseAbove":
      case "ChooseGreatest":
        return this.#upright(this.shape.length).where(this.#values, 0).recorded(operation, [], attributes);
      case "MeanWhere":
      case "VarianceWhere": {
        const both = this.#chosenBeside(operands[0] as PrivateTensor);
        return this.#values.recorded(operation, [both], attributes);
      }
      case "ReduceSum":
      case "ReduceMean":
      case "Variance":
      case "StandardDeviation":
        return this.#reduced(operation, attributes);
      default:
        return undefined;
    }
  }

  #reduced(operation: string, attributes: Attributes): PrivateTensor | undefined {
    const rank = this.shape.length;
    const given = (attributes.axes as readonly number[]).map((axis) => (axis < 0 ? axis + rank : axis));
    const axes = given.length === 0 ? Array.from({ length: rank }, (_, axis) => axis) : given;
    if (!axes.includes(0)) return undefined;
    if (operation === "ReduceSum") return this.#upright(rank).where(this.#values, 0).sum(axes);
    const own = axes.filter((axis) => axis !== 0);
    if (operation === "ReduceMean") {
      const each = own.length === 0 ? this.#values : this.#values.mean(own);
      return each.meanWhere(this.#upright(each.shape.length));
    }
    if (own.length > 0 || attributes.correction !== 0) throw new AskRefused(notFiltered(operation));
    const variance = this.#values.varianceWhere(this.#upright(rank));
    return operation === "Variance" ? variance : variance.sqrt();
  }

  /** The condition with an axis of one for each axis that a row has. */
  #upright(rank: number): PrivateTensor {
    return rank === 1 ? this.#condition : this.#condition.reshape([0, ...Array(rank - 1).fill(1)]);
  }

  #chosenBeside(other: PrivateTensor): PrivateTensor {
    return other.not().not().mul(this.#upright(other.shape.length).not().not());
  }

  #like(values: PrivateTensor): FilteredTensor {
    return new FilteredTensor(values, this.#condition);
  }

  #operandOf(other: Operand<FilteredTensor>): Operand<PrivateTensor> {
    if (!(other instanceof FilteredTensor)) return other;
    if (other.#condition !== this.#condition)
      throw new AskRefused(
        problem("rows-mixed", "the two columns are filtered by different conditions", {
          hint: "take both from one filter: const some = dataset.filter(condition)",
        }),
      );
    return other.#values;
  }
}

/** Refused by the owner with a reason of their own, filtered or not. */
const extremes: readonly string[] = ["ReduceMax", "ReduceMin"];

function notFiltered(operation: string) {
  return problem("no-rule", `${operation} of filtered rows is not answered`, {
    hint: "count, sum, sumAbove, mean, variance, std, histogram, quantile and median are; write others with where(condition, x, 0)",
  });
}
