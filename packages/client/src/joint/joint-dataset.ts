// Several owners' rows as if they were one dataset. No owner shows another a row, a sum or an answer of its own.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { PatePromised } from "@unseen/learning";
import type { Expression, Shape } from "@unseen/program";
import type { ColumnDescription, SentJointColumn } from "@unseen/wire";
import type { AnalysisQuestion } from "../analysis/analysis-question.ts";
import { correlations } from "../analysis/correlations.ts";
import { groupKeys } from "../analysis/group-keys.ts";
import { GroupedRows } from "../analysis/grouped-rows.ts";
import { type LinearRegression, linearRegression } from "../analysis/linear-regression.ts";
import { type LogisticRegression, logisticRegression } from "../analysis/logistic-regression.ts";
import { type PrincipalComponents, principalComponents } from "../analysis/principal-components.ts";
import type { DatasetPlace } from "../datasets/dataset-place.ts";
import type { Loss } from "../datasets/offer.ts";
import { type AnswerOffer, namedOffer } from "../datasets/offer.ts";
import { PrivateTensor } from "../datasets/private-tensor.ts";
import { RemoteDataset } from "../datasets/remote-dataset.ts";
import type { OwnersTogether } from "../learning/joint-learning.ts";
import type { Model } from "../learning/model.ts";
import type { RemoteTeachersOptions, RemoteTeachOptions, RemoteTeachRun } from "../learning/remote-teach.ts";
import type { RowToPredict } from "../learning/rows-to-predict.ts";
import type { TaughtByOwners } from "../learning/taught-by-owners.ts";
import type { TrainingPrice } from "../learning/training-price.ts";
import { AskRefused, orThrow } from "../refusals/ask-refused.ts";
import { type Member, type NamedParty, SharesGroup } from "../shares/shares-group.ts";
import type { JointAnswer } from "./joint-answer.ts";
import { JointDesk } from "./joint-desk.ts";
import { jointFacts } from "./joint-facts.ts";

/** Whose answer it is, of the owners that were compared. */
export type JointPlace = {
  readonly place: number;
  /** The owner's node, as it calls itself. */
  readonly owner: string;
  /** What each owner charged. */
  readonly spent: Loss;
  readonly answer: JointAnswer;
};

/** Whom the questions count on. */
export type JointTrust = {
  /** For comparisons among other than three owners. */
  readonly provider?: NamedParty | undefined;
  /**
   * How many owners have to be honest for a total's guarantee to hold, each person's own among them; 1 if left out. With t of n
   * owners a total carries n/t times the variance of one noise. Each owner agrees or refuses by its own settings.
   */
  readonly honestOwners?: number;
};

export class JointDataset {
  /** The names of the datasets, once each. */
  readonly name: string;
  /** The owners' nodes, in order. */
  readonly owners: readonly string[];
  /** The columns that all have, with bounds around all cards'. */
  readonly schema: readonly ColumnDescription[];
  readonly #desk: JointDesk;
  readonly #together: Omit<OwnersTogether, "schema">;

  private constructor(desk: JointDesk, together: Omit<OwnersTogether, "schema">) {
    this.name = desk.dataset;
    this.owners = desk.owners.map(({ name }) => name);
    this.schema = together.facts.columns.map(describedAs);
    this.#desk = desk;
    this.#together = together;
  }

  static async of(
    datasets: readonly RemoteDataset[],
    { provider, honestOwners = 1 }: JointTrust = {},
  ): Promise<Result<JointDataset, Problem>> {
    if (!Number.isSafeInteger(honestOwners) || honestOwners < 1 || honestOwners > datasets.length)
      return err(problem("parties-invalid", "honestOwners is a whole number from 1 to that of the owners"));
    if (datasets.length < 2 || datasets.length > 5)
      return err(problem("parties-invalid", "a joint question goes to two to five owners"));
    const places = datasets.map(RemoteDataset.placeOf);
    const facts = jointFacts(places.map(({ described }) => described));
    if (!facts.ok) return facts;
    const members = await SharesGroup.introductions([
      ...places.map(partyOf),
      ...(provider === undefined ? [] : [provider]),
    ]);
    if (!members.ok) return members;
    const owners = places.map(({ described }, at) => ({ ...members.value[at]!, dataset: described.name }));
    const known: Member | undefined = members.value[places.length];
    const together = {
      owners: places.map(({ node, deadlines, described }, at) => {
        return { node, deadlines, dataset: described.name, fingerprint: members.value[at]!.fingerprint };
      }),
      facts: facts.value,
      honestOwners,
    };
    const desk = new JointDesk(owners, facts.value, { provider: known, honestOwners });
    return ok(new JointDataset(desk, together));
  }

  get columns(): readonly string[] {
    return this.schema.map(({ name }) => name);
  }

  /** One column over all owners' rows, to ask about: shape ["rows"]. */
  column(name: string): PrivateTensor {
    if (!this.columns.includes(name)) {
      const message = `the owners have no column called ${JSON.stringify(name.slice(0, 80))} in common`;
      throw new AskRefused(
        problem("column-unknown", message, { hint: `they share ${this.columns.join(", ")}` }),
      );
    }
    const expression: Expression = Object.freeze({ node: { kind: "input", name, shape: rows } });
    return new PrivateTensor(this.#desk, { expression, shape: rows });
  }

  /** All columns of numbers side by side, averaged: one number for each. */
  mean(axis = 0): PrivateTensor {
    const numbers = this.schema
      .filter(({ type }) => type !== "category")
      .map(({ name }) => this.column(name));
    const [first, ...others] = numbers.map((column) => column.reshape([0, 1]));
    if (first === undefined)
      throw new AskRefused(problem("column-unknown", "the owners have no column of numbers in common"));
    return (others.length === 0 ? first : first.concat(others, 1)).mean(axis);
  }

  groupBy(...columns: readonly string[]): GroupedRows {
    return new GroupedRows(this, groupKeys(this, columns));
  }

  correlation(...columns: readonly string[]): AnalysisQuestion {
    return correlations(this, columns);
  }

  linearRegression(asked: LinearRegression): AnalysisQuestion {
    return linearRegression(this, asked);
  }

  logisticRegression(asked: LogisticRegression): AnalysisQuestion {
    return logisticRegression(this, asked);
  }

  pca(asked: PrincipalComponents): AnalysisQuestion {
    return principalComponents(this, asked);
  }

  /**
   * Which owner's own answer is greatest: `joint.greatest(joint.column("bmi").mean(), { epsilon: 0.5 })`. Each owner noises its
   * answer and puts it in as shares; the place alone is opened. Throws `AskRefused`.
   */
  greatest(question: PrivateTensor, offer: number | AnswerOffer): Promise<JointPlace> {
    return this.#which(question, offer, "greatest");
  }

  /** `greatest`, at the other end. */
  least(question: PrivateTensor, offer: number | AnswerOffer): Promise<JointPlace> {
    return this.#which(question, offer, "least");
  }

  /**
   * PATE: each owner has `teachers` of its own, who learn from its people there; public `queries` are answered by all owners' votes
   * together. Each owner noises its counts by itself, so `aggregator` is Gaussian, and its noise is what each owner adds. Each charges
   * the whole price before it reads a row. What is opened are the noised counts of all together; a student learns from the answers,
   * here. The same `askId` again gives the same answers. Throws `AskRefused`.
   */
  async teach(
    model: Model,
    queries: readonly RowToPredict[],
    options: RemoteTeachOptions & RemoteTeachRun,
  ): Promise<TaughtByOwners> {
    return (await trainings()).teachAtOwners(this.#owners, model, queries, options);
  }

  /** What `teach` would cost at each owner. Free; no private row is read. */
  async priceOfTeach(
    model: Model,
    queries: readonly RowToPredict[],
    options: RemoteTeachersOptions,
  ): Promise<TrainingPrice<PatePromised>> {
    return (await trainings()).priceOfTeachAtOwners(this.#owners, model, queries, options);
  }

  get #owners(): OwnersTogether {
    return { ...this.#together, schema: this.schema };
  }

  toString(): string {
    return `<Joint dataset ${this.name} at ${this.owners.join(", ")}: ${this.columns.length} columns>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  async #which(
    question: PrivateTensor,
    offer: number | AnswerOffer,
    kind: "greatest" | "least",
  ): Promise<JointPlace> {
    if (!PrivateTensor.deskOf(question).isSame(this.#desk)) {
      const message = "the question is about other rows than these owners'";
      throw new AskRefused(
        problem("rows-mixed", message, { hint: "joint.greatest(joint.column(...)..., ...)" }),
      );
    }
    const program = orThrow(PrivateTensor.programOf(question));
    const answer = orThrow(await this.#desk.which(program, namedOffer(offer), kind));
    const place = typeof answer.value === "number" ? answer.value : Number.NaN;
    const owner = this.owners[place];
    if (owner === undefined)
      throw new AskRefused(problem("outcomes-differ", "the owners named a place that none of them has"));
    return { place, owner, spent: answer.spent, answer };
  }
}

/** Layers and kernels, which a page that only asks questions does not load. */
const trainings = () => import("../learning/joint-learning.ts");

const rows: Shape = Object.freeze(["rows" as const]);

function partyOf({ node, deadlines }: DatasetPlace): NamedParty {
  return {
    name: node.name,
    calls: {
      call: (send) => node.call(deadlines.answerDeadlineMs, ({ shares }, options) => send(shares, options)),
    },
  };
}

function describedAs({ name, least, greatest, whole, categories }: SentJointColumn): ColumnDescription {
  if (categories.length > 0) return { name, type: "category", categories };
  return { name, type: whole ? "integer" : "number", least, greatest };
}
