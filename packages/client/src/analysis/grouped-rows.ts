import type { GroupsEach } from "@unseen/program";
import type { PrivateTensor } from "../datasets/private-tensor.ts";
import { AnalysisQuestion } from "./analysis-question.ts";
import { type HeldByPerson, meanByPerson, sumByPerson } from "./by-person.ts";
import type { GroupKeys } from "./group-keys.ts";
import { Labelled, type Labels } from "./labelled.ts";
import { describedColumn, type Rows } from "./rows.ts";

/**
 * Rows by their group. A row is in one group, so a hundred groups carry the same noise each as one.
 * Every declared group is answered, empty ones too: theirs is the noise around zero.
 */
export class GroupedRows {
  readonly #rows: Rows;
  readonly #keys: GroupKeys;

  /** A place below zero puts a row in no group. */
  constructor(rows: Rows, keys: GroupKeys) {
    this.#rows = rows;
    this.#keys = keys;
  }

  count(): AnalysisQuestion {
    return this.#ask("count", this.#hot().sum(0));
  }

  sum(column: string | PrivateTensor): AnalysisQuestion {
    return this.#ask("sum", this.#hot().mul(this.#standing(column)).sum(0));
  }

  /** Half of the price goes to the sums and half to the counts. Where nobody is in a group, the middle of the bounds. */
  mean(column: string | PrivateTensor): AnalysisQuestion {
    return this.#ask("mean", this.#standing(column).meanWhere(this.#hot()));
  }

  /** How many different people have a row in each group. A person may be in several, or in `mostGroupsEach` of theirs. */
  countPeople(groups: GroupsEach = {}): AnalysisQuestion {
    return this.#ask("people", this.#hot().countPeople(groups));
  }

  /** What the people of each group have there in total, each person's total held between the ends. */
  sumByPerson(column: string | PrivateTensor, held: HeldByPerson): AnalysisQuestion {
    return this.#ask("sum by person", sumByPerson(this.#values(column), this.#hot(), held));
  }

  /** That, for each person of the group. */
  meanByPerson(column: string | PrivateTensor, held: HeldByPerson): AnalysisQuestion {
    return this.#ask("mean by person", meanByPerson(this.#values(column), this.#hot(), held));
  }

  variance(column: string | PrivateTensor): AnalysisQuestion {
    return this.#ask("variance", this.#standing(column).varianceWhere(this.#hot()));
  }

  std(column: string | PrivateTensor): AnalysisQuestion {
    return this.#ask("std", this.#standing(column).varianceWhere(this.#hot()).sqrt());
  }

  /** Counts in equal bins for each group: groups by bins. The declared bounds are the range unless given. */
  histogram(column: string, bins: number, min?: number, max?: number): AnalysisQuestion {
    const declared = describedColumn(this.#rows, column);
    const [low, high] =
      declared.type === "category"
        ? [min ?? 0, max ?? declared.categories.length]
        : [min ?? declared.least, max ?? declared.greatest];
    const values = this.#rows.column(column);
    const bin = values
      .sub(low)
      .mul(bins / (high - low))
      .floor()
      .minimum(bins - 1);
    // What lies below the range would count in the group before.
    const isInside = values.greaterOrEqual(low).and(values.lessOrEqual(high));
    const place = this.#keys.place.mul(bins).add(bin);
    const isGrouped = isInside.and(this.#keys.place.greaterOrEqual(0));
    const counts = isGrouped
      .where(place, -1)
      .oneHot(this.#keys.size * bins)
      .sum(0);
    const edge = (at: number) => String(Number((low + ((high - low) * at) / bins).toPrecision(5)));
    const names = Array.from({ length: bins }, (_, at) => `${edge(at)} to ${edge(at + 1)}`);
    return this.#ask("count", counts, [names]);
  }

  /** The `k` groups that most people are in, by noised counts; of equals, the one that the card names first. */
  topK(k: number): AnalysisQuestion {
    const labels = groupNames(this.#keys.labels);
    const table = { name: "count", labels: [labels], tensor: this.#hot().sum(0) };
    return new AnalysisQuestion([table], (counts) => greatest(counts, k));
  }

  #hot(): PrivateTensor {
    return this.#keys.place.oneHot(this.#keys.size);
  }

  #standing(column: string | PrivateTensor): PrivateTensor {
    return this.#values(column).reshape([0, 1]);
  }

  #values(column: string | PrivateTensor): PrivateTensor {
    return typeof column === "string" ? this.#rows.column(column) : column;
  }

  #ask(name: string, tensor: PrivateTensor, inner: readonly Labels[] = []): AnalysisQuestion {
    const labels = [...this.#keys.labels, ...inner];
    const shaped = labels.length === 1 ? tensor : tensor.reshape(labels.map((axis) => axis.length));
    return new AnalysisQuestion([{ name, labels, tensor: shaped }]);
  }
}

/** One name for each group: "north", or "north, female" where several columns make one. */
function groupNames(labels: readonly Labels[]): Labels {
  return labels.reduce<Labels>(
    (names, axis) => names.flatMap((name) => axis.map((key) => (name === "" ? key : `${name}, ${key}`))),
    [""],
  );
}

/** Sorting what was released is free. */
function greatest(counts: Labelled, k: number): Labelled {
  const kept = counts.entries
    .map((entry, at) => ({ ...entry, at }))
    .toSorted((a, b) => b.estimate.value - a.estimate.value || a.at - b.at)
    .slice(0, k);
  return new Labelled(
    counts.name,
    [kept.map(({ names }) => names.join(", "))],
    kept.map(({ estimate }) => estimate.value),
    kept.map(({ estimate }) => estimate.plusMinus),
  );
}
