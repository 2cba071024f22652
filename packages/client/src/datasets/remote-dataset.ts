// A dataset at somebody's node, or two of them joined on the person: what its owner says about it in public, rows to try
// code on, and columns to ask about. It is one thing because it is read as one list: what a dataset offers to an asker.

import { type Problem, problem } from "@unseen/base";
import type { PatePromised } from "@unseen/learning";
import type { Expression, Shape } from "@unseen/program";
import {
  type ColumnDescription,
  type DatasetDescription,
  type DatasetRef,
  decodeBudget,
  decodeDataset,
  decodeSample,
} from "@unseen/wire";
import type { AnalysisQuestion } from "../analysis/analysis-question.ts";
import { type HeldByPerson, meanByPerson, sumByPerson } from "../analysis/by-person.ts";
import { correlations } from "../analysis/correlations.ts";
import { distinctPeople } from "../analysis/distinct-people.ts";
import { FilteredRows } from "../analysis/filtered-rows.ts";
import { type GroupedBy, groupedBy } from "../analysis/grouped-by.ts";
import type { GroupedRows } from "../analysis/grouped-rows.ts";
import { type KMeans, kMeans } from "../analysis/k-means.ts";
import { type LinearRegression, linearRegression } from "../analysis/linear-regression.ts";
import { type LogisticRegression, logisticRegression } from "../analysis/logistic-regression.ts";
import { type PrincipalComponents, principalComponents } from "../analysis/principal-components.ts";
import type { GridNode } from "../grid/grid-node.ts";
import type { Model } from "../learning/model.ts";
import type { ModelFromOwner } from "../learning/model-from-owner.ts";
import type { RemoteFitOptions, RemoteFitRun } from "../learning/remote-fit.ts";
import type { RemoteTeachersOptions, RemoteTeachOptions, RemoteTeachRun } from "../learning/remote-teach.ts";
import type { RowToPredict } from "../learning/rows-to-predict.ts";
import type { TaughtFromOwner } from "../learning/taught-from-owner.ts";
import type { TrainingPrice } from "../learning/training-price.ts";
import { AskRefused, CannotRequestPrivateData, orThrow } from "../refusals/ask-refused.ts";
import { type ShareColumnsOptions, shareColumns } from "../shares/share-columns.ts";
import type { SharedTensor } from "../shares/shared-tensor.ts";
import type { Sharer } from "../tensors/tensor.ts";
import { type Budget, budgetOf } from "./budget.ts";
import { closeNames } from "./close-names.ts";
import { type ColumnList, columnList } from "./column-list.ts";
import type { DatasetPlace } from "./dataset-place.ts";
import type { KeysAnswer, KeysOffer } from "./keys-answer.ts";
import { listed } from "./listed-names.ts";
import { namedOffer, type Offer } from "./offer.ts";
import type { Price } from "./price.ts";
import { privateDataProblem } from "./private-data-problem.ts";
import { PrivateTensor } from "./private-tensor.ts";
import { type Deadlines, QuestionDesk } from "./question-desk.ts";
import { rowCount } from "./row-count.ts";
import { SampleTable } from "./sample-table.ts";

export class RemoteDataset {
  readonly name: string;
  /** The address of the owner's node. */
  readonly node: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** The names of the columns; called, `columns("bmi", "bp")`, those columns side by side to ask about. */
  readonly columns: ColumnList;
  /** Types, units of measure, declared bounds and categories, in the order of `columns`. */
  readonly schema: readonly ColumnDescription[];
  /** Rows and columns. Where the number of people is not public, the range that the owner declared, as text. */
  readonly shape: readonly [rows: number | string, columns: number];
  /** Who is protected, in words. */
  readonly privacyUnit: string;
  /** As it was when the dataset was found; `currentBudget()` asks again. Of a join, the line that has less left for you. */
  readonly budget: Budget;
  /** The line of each dataset that a question is charged to, by name: one, or both of a join. */
  readonly budgets: Readonly<Record<string, Budget>>;
  readonly #of: DatasetRef;
  readonly #desk: QuestionDesk;
  readonly #node: GridNode;
  readonly #deadlines: Deadlines;
  readonly #described: DatasetDescription;

  constructor(described: DatasetDescription, node: GridNode, deadlines: Deadlines) {
    const { name, description, tags, columns, rows, privacyUnit, joined } = described;
    this.#of = joined === undefined ? { dataset: name } : { dataset: name, joined: joined.name };
    this.#desk = new QuestionDesk(this.#of, node, deadlines);
    this.name = this.#desk.dataset;
    this.node = node.url;
    this.description = description;
    this.tags = tags;
    this.columns = columnList(
      columns.map((column) => column.name),
      (names) => this.#sideBySide(names),
    );
    this.schema = columns;
    this.shape = [rowCount(rows), columns.length];
    this.privacyUnit = privacyUnit;
    const lines = [described, ...(joined === undefined ? [] : [joined])];
    this.budgets = Object.fromEntries(lines.map((line) => [line.name, budgetOf(line.budget)]));
    this.budget = tightest(this.budgets);
    this.#node = node;
    this.#deadlines = deadlines;
    this.#described = described;
  }

  /** Where it is and what its card declares, for questions to several owners. */
  static placeOf(dataset: RemoteDataset): DatasetPlace {
    return { node: dataset.#node, deadlines: dataset.#deadlines, described: dataset.#described };
  }

  /** Mock or synthetic rows, labelled so. Free: no real row is read. All that the card holds unless `mostRows` says less. */
  async sample({ mostRows = 0 }: { readonly mostRows?: number } = {}): Promise<SampleTable> {
    const request = { ...this.#of, mostRows };
    const reply = orThrow(
      await this.#node.call(this.#deadlines.deadlineMs, ({ grid }, options) => grid.sample(request, options)),
    );
    const { origin, columns, rows } = orThrow(decodeSample(reply));
    return new SampleTable(origin, columns, rows);
  }

  /** Always refused: says what would be answered instead, and at what price. */
  async get(): Promise<never> {
    throw new CannotRequestPrivateData(await this.#refusal());
  }

  /** What is left of the lifetime budget, now. Free. Of a join, on the line that has less left for you. */
  async currentBudget(): Promise<Budget> {
    return tightest(await this.currentBudgets());
  }

  /** What is left of each dataset that a question is charged to, now. Free. */
  async currentBudgets(): Promise<Readonly<Record<string, Budget>>> {
    const asked = Object.keys(this.budgets).map(async (dataset) => {
      const reply = await this.#node.call(this.#deadlines.deadlineMs, ({ grid }, options) =>
        grid.budget({ dataset }, options),
      );
      return [dataset, budgetOf(orThrow(decodeBudget(orThrow(reply))))] as const;
    });
    return Object.fromEntries(await Promise.all(asked));
  }

  /**
   * This and another dataset of the same node, joined on the person: its rows are pairs, one row of each, of one
   * person. Columns that both have are called "dataset.column". A question is charged to both, each the full price.
   * Free; refused where the owner did not declare that both name people in the same way.
   */
  async join(other: RemoteDataset): Promise<RemoteDataset> {
    if (this.#of.joined !== undefined || other.#of.joined !== undefined) throw new AskRefused(joinedTwice());
    if (this.node !== other.node) throw new AskRefused(elsewhere(this, other));
    const request = { dataset: this.name, joined: other.name };
    const reply = await this.#node.call(this.#deadlines.deadlineMs, ({ grid }, options) =>
      grid.describe(request, options),
    );
    const described = orThrow(decodeDataset(orThrow(reply).dataset));
    // A node that knows no joins would describe the first dataset, and be asked about it alone.
    if (described.name !== this.name || described.joined?.name !== other.name)
      throw new AskRefused(problem("message-malformed", "the node's reply describes another join"));
    return new RemoteDataset(described, this.#node, this.#deadlines);
  }

  /** One column, to ask about: shape ["rows"]. A category is its place in the declared list, from 0. */
  column(name: string): PrivateTensor {
    if (!this.columns.includes(name)) throw new AskRefused(this.#unknown(name));
    const expression: Expression = Object.freeze({ node: { kind: "input", name, shape: rows } });
    return new PrivateTensor(this.#desk, { expression, shape: rows });
  }

  /** Only the rows that a condition chooses: `dataset.filter(dataset.column("bmi").greater(30))`. */
  filter(condition: PrivateTensor): FilteredRows {
    return new FilteredRows(this, condition);
  }

  /**
   * By one or more columns of declared categories; every declared group is answered. A column of texts is grouped by keys:
   * `groupBy("diagnosis", { keys })`; without them, asking takes two charges, and half of the epsilon and the whole
   * delta of the offer go to the question which keys may be shown.
   */
  groupBy(...columns: GroupedBy): GroupedRows {
    return groupedBy(this, columns);
  }

  /**
   * The texts of a column that may be shown: those that enough people have. Charged the whole offer once; a delta is
   * needed, which is the chance that a text of one person alone is among them. The asker learns these keys and no count.
   * Throws `AskRefused`.
   */
  async keys(column: string, { mostKeysEach = 1, ...given }: KeysOffer): Promise<KeysAnswer> {
    return orThrow(await this.#desk.askKeys({ column, mostKeysEach }, namedOffer(given)));
  }

  /** What `keys` would cost, and how many people a key needs. Free. */
  async priceOfKeys(
    column: string,
    { mostKeysEach = 1, ...offer }: Offer & Pick<KeysOffer, "mostKeysEach">,
  ): Promise<Price> {
    return orThrow(await this.#desk.priceKeys({ column, mostKeysEach }, offer));
  }

  /** How many rows have each two keys together. */
  twoWayTable(a: string, b: string): AnalysisQuestion {
    return this.groupBy(a, b).count();
  }

  /** The `k` commonest categories, by noised counts; `groupBy(column).mostCommon(k)` gives names alone, more surely. */
  topK(column: string, k: number): AnalysisQuestion {
    return this.groupBy(column).topK(k);
  }

  correlation(...columns: readonly string[]): AnalysisQuestion {
    return correlations(this, columns);
  }

  /** How many people there are, each counted once however many rows they have. */
  countDistinctPeople(): PrivateTensor {
    return distinctPeople(this, this.privacyUnit);
  }

  /** The sum over people of what each has in total, each person's total held between ends chosen without looking. */
  sumByPerson(column: string, held: HeldByPerson): PrivateTensor {
    const values = this.column(column);
    return sumByPerson(values, values.rowOnes(), held);
  }

  /** What a person has in total on average. */
  meanByPerson(column: string, held: HeldByPerson): PrivateTensor {
    const values = this.column(column);
    return meanByPerson(values, values.rowOnes(), held);
  }

  linearRegression(asked: LinearRegression): AnalysisQuestion {
    return linearRegression(this, asked);
  }

  logisticRegression(asked: LogisticRegression): AnalysisQuestion {
    return logisticRegression(this, asked);
  }

  kMeans(asked: KMeans): AnalysisQuestion {
    return kMeans(this, asked);
  }

  /** Principal components of a noised covariance. */
  pca(asked: PrincipalComponents): AnalysisQuestion {
    return principalComponents(this, asked);
  }

  /**
   * Trains a model where the rows are. Charged the whole price before the first batch, as its clip, noise, rate and steps cost;
   * while it runs it is told how many steps are done, and in the end the weights come back. Nothing else does: no loss, no
   * accuracy. The same `askId` again takes part in the training or gives its result, and is charged once. Throws `AskRefused`.
   */
  async fit(model: Model, options: RemoteFitOptions & RemoteFitRun): Promise<ModelFromOwner> {
    return (await trainings()).fitAtOwner(RemoteDataset.placeOf(this), model, options);
  }

  /** What `fit` would cost. Free; no private row is read. It may take seconds, in which the noise is found. */
  async priceOfFit(model: Model, options: RemoteFitOptions): Promise<TrainingPrice> {
    return (await trainings()).priceOfFitAtOwner(RemoteDataset.placeOf(this), model, options);
  }

  /**
   * PATE: teachers of this model learn where the rows are, each from its own part of the people, and answer public `queries`, rows as
   * this dataset has them, by noised votes. A student of the same layers learns from the answers, here. Charged the whole price before a row is
   * read, as aggregator, teachers and queries cost, whatever the votes. Nothing but the answers comes back. The same `askId` again
   * gives the same answers and is charged once. Throws `AskRefused`.
   */
  async teach(
    model: Model,
    queries: readonly RowToPredict[],
    options: RemoteTeachOptions & RemoteTeachRun,
  ): Promise<TaughtFromOwner> {
    return (await trainings()).teachAtOwner(RemoteDataset.placeOf(this), model, queries, options);
  }

  /** What `teach` would cost. Free; no private row is read. */
  async priceOfTeach(
    model: Model,
    queries: readonly RowToPredict[],
    options: RemoteTeachersOptions,
  ): Promise<TrainingPrice<PatePromised>> {
    return (await trainings()).priceOfTeachAtOwner(RemoteDataset.placeOf(this), model, queries, options);
  }

  /**
   * Columns of numbers become shares among these nodes, under the owner's permit; the owner's node is one of them, and splits
   * them. All columns of numbers unless some are named; `verified` unless there is a crypto provider or another protocol is named. Where the number of people is not public the tensor has as many rows as
   * there can be, and one column more: 1 where there is a row. Results are opened only of programs that the owner reviewed
   * (`review()`). Throws `AskRefused`.
   */
  share(...given: readonly (Sharer<SharedTensor> | ShareColumnsOptions)[]): Promise<SharedTensor> {
    const numbers = this.schema.flatMap(({ name, type }) =>
      type === "number" || type === "integer" ? [name] : [],
    );
    return shareColumns(RemoteDataset.placeOf(this), numbers, given);
  }

  toString(): string {
    return `<Dataset ${this.name} at ${this.node}: ${this.shape[0]} rows, ${this.shape[1]} columns>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  #sideBySide(names: readonly string[]): PrivateTensor {
    const [first, ...others] = names.map((name) => this.column(name).reshape([0, 1]));
    if (first === undefined) {
      const message = "columns() was called without a name";
      throw new AskRefused({
        code: "column-unknown",
        message,
        hint: `the columns are ${listed(this.columns)}`,
      });
    }
    return others.length === 0 ? first : first.concat(others, 1);
  }

  #unknown(name: string): Problem<"column-unknown"> {
    const close = closeNames(name, this.columns);
    const hint =
      close.length > 0 ? `did you mean ${close.join(" or ")}?` : `the columns are ${listed(this.columns)}`;
    const message = `${this.name} has no column called ${JSON.stringify(name.slice(0, longestEcho))}`;
    return problem("column-unknown", message, { hint });
  }

  /** The nearest question: the mean of the first column of numbers, or the counts of a column of categories. */
  #refusal(): Promise<Problem<"private-data">> {
    const asked = `All rows of ${this.name} were asked for`;
    const number =
      this.schema.find(({ type }) => type === "number") ?? this.schema.find(({ type }) => type === "integer");
    const column = number ?? this.schema.find(({ type }) => type === "category");
    if (column === undefined) return privateDataProblem({ asked, answered: undefined });
    const picked = this.column(column.name);
    const name = JSON.stringify(column.name);
    const [question, code] =
      column.type === "category"
        ? [
            picked.oneHot(column.categories.length).sum(0),
            `column(${name}).oneHot(${column.categories.length}).sum(0)`,
          ]
        : [picked.mean(), `column(${name}).mean()`];
    return privateDataProblem({
      asked,
      answered: { code: `dataset.${code}.get({ epsilon: 0.5 })`, price: () => question.price(0.5) },
    });
  }
}

/** Layers and kernels, which a page that only asks questions does not load. */
const trainings = () => import("../learning/dataset-learning.ts");

/** Characters of a caller's own word that a message repeats. */
const longestEcho = 80;
const rows: Shape = Object.freeze(["rows" as const]);

/** The line with the least epsilon left for this asker. */
function tightest(budgets: Readonly<Record<string, Budget>>): Budget {
  return Object.values(budgets).reduce((least, one) =>
    one.yours.remaining.epsilon < least.yours.remaining.epsilon ? one : least,
  );
}

function joinedTwice(): Problem<"join-refused"> {
  return problem("join-refused", "two datasets are joined at once, and one of these is a join already", {
    hint: "the owner can register some of them as one dataset",
  });
}

function elsewhere(one: RemoteDataset, other: RemoteDataset): Problem<"join-refused"> {
  return problem(
    "join-refused",
    `${one.name} is at ${one.node} and ${other.name} at ${other.node}: neither owner sees the other's people`,
    { hint: "ask each dataset by itself and combine the answers" },
  );
}
