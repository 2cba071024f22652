import { problem } from "@unseen/base";
import type { GroupsEach } from "@unseen/program";
import type { PrivateTensor } from "../datasets/private-tensor.ts";
import type { Desk } from "../datasets/question-desk.ts";
import { AskRefused } from "../refusals/ask-refused.ts";
import { AnalysisQuestion } from "./analysis-question.ts";
import type { AskedTables, TablesOfKeys } from "./asked-tables.ts";
import { type HeldByPerson, meanByPerson, sumByPerson } from "./by-person.ts";
import { ChoiceQuestion } from "./choice-question.ts";
import { ChosenGroups } from "./chosen-groups.ts";
import type { GroupKeys } from "./group-keys.ts";
import { GroupsAbove } from "./groups-above.ts";
import { Labelled, type Labels } from "./labelled.ts";
import { declaredRange, describedColumn, type Rows } from "./rows.ts";

/** Groups by a column of texts whose keys have to be asked for first. */
export type KeysToAsk = {
  readonly column: string;
  readonly desk: Desk;
  readonly groupsOf: (keys: readonly string[]) => GroupKeys;
};

/**
 * Rows by their group. A row is in one group, so a hundred groups carry the same noise each as one.
 * Every declared group is answered, empty ones too: theirs is the noise around zero. Of a column of texts, those keys
 * are groups that the asker gave, or that a first question is told.
 */
export class GroupedRows {
  readonly #rows: Rows;
  readonly #keys: GroupKeys | KeysToAsk;

  /** A place below zero puts a row in no group. */
  constructor(rows: Rows, keys: GroupKeys | KeysToAsk) {
    this.#rows = rows;
    this.#keys = keys;
  }

  count(): AnalysisQuestion {
    return this.#ask("count", (keys) => hot(keys).sum(0));
  }

  sum(column: string | PrivateTensor): AnalysisQuestion {
    const x = this.#standing(column);
    return this.#ask("sum", (keys) => hot(keys).mul(x).sum(0));
  }

  /** Half of the price goes to the sums and half to the counts. Where nobody is in a group, the middle of the bounds. */
  mean(column: string | PrivateTensor): AnalysisQuestion {
    const x = this.#standing(column);
    return this.#ask("mean", (keys) => x.meanWhere(hot(keys)));
  }

  /** How many different people have a row in each group. A person may be in several, or in `mostGroupsEach` of theirs. */
  countPeople(groups: GroupsEach = {}): AnalysisQuestion {
    return this.#ask("people", (keys) => hot(keys).countPeople(groups));
  }

  /** What the people of each group have there in total, each person's total held between the ends. */
  sumByPerson(column: string | PrivateTensor, held: HeldByPerson): AnalysisQuestion {
    const x = this.#values(column);
    return this.#ask("sum by person", (keys) => sumByPerson(x, hot(keys), held));
  }

  /** That, for each person of the group. */
  meanByPerson(column: string | PrivateTensor, held: HeldByPerson): AnalysisQuestion {
    const x = this.#values(column);
    return this.#ask("mean by person", (keys) => meanByPerson(x, hot(keys), held));
  }

  variance(column: string | PrivateTensor): AnalysisQuestion {
    const x = this.#standing(column);
    return this.#ask("variance", (keys) => x.varianceWhere(hot(keys)));
  }

  std(column: string | PrivateTensor): AnalysisQuestion {
    const x = this.#standing(column);
    return this.#ask("std", (keys) => x.varianceWhere(hot(keys)).sqrt());
  }

  /** Counts in equal bins for each group: groups by bins. The declared bounds are the range unless given. */
  histogram(column: string, bins: number, min?: number, max?: number): AnalysisQuestion {
    const declared = describedColumn(this.#rows, column);
    const [least, greatest] = declaredRange(declared);
    const [low, high] = [min ?? least, max ?? (declared.type === "category" ? greatest + 1 : greatest)];
    const values = this.#rows.column(column);
    const bin = values
      .sub(low)
      .mul(bins / (high - low))
      .floor()
      .minimum(bins - 1);
    // What lies below the range would count in the group before.
    const isInside = values.greaterOrEqual(low).and(values.lessOrEqual(high));
    const counts = ({ place, size }: GroupKeys) => {
      const isGrouped = isInside.and(place.greaterOrEqual(0));
      return isGrouped
        .where(place.mul(bins).add(bin), -1)
        .oneHot(size * bins)
        .sum(0);
    };
    const edge = (at: number) => String(Number((low + ((high - low) * at) / bins).toPrecision(5)));
    const names = Array.from({ length: bins }, (_, at) => `${edge(at)} to ${edge(at + 1)}`);
    return this.#ask("count", counts, [names]);
  }

  /** The `k` groups that most people are in, by noised counts; of equals, the one that the card names first. */
  topK(k: number): AnalysisQuestion {
    const table = (keys: GroupKeys): AskedTables => [
      { name: "count", labels: [groupNames(keys.labels)], tensor: hot(keys).sum(0) },
    ];
    return new AnalysisQuestion(this.#tables(table), (counts) => greatest(counts, k));
  }

  /**
   * The `k` commonest groups, chosen one after the other: their names and no counts, at far less noise than noised
   * counts of many groups would carry. `topK` gives counts.
   */
  mostCommon(k = 1): ChoiceQuestion<ChosenGroups> {
    const keys = this.#declared();
    const names = groupNames(keys.labels);
    return new ChoiceQuestion(hot(keys).chooseGreatest(k), (answer) => new ChosenGroups(answer, names));
  }

  /**
   * Which groups hold more people than a threshold, asked in the card's order until `mostAbove` (1 unless given) did.
   * Groups that are not above cost nothing, so many can be asked about at the price of a few.
   */
  countsAbove(threshold: number, more: { readonly mostAbove?: number } = {}): ChoiceQuestion<GroupsAbove> {
    const keys = this.#declared();
    const names = groupNames(keys.labels);
    return new ChoiceQuestion(
      hot(keys).sumAbove(threshold, more),
      (answer) => new GroupsAbove(answer, names),
    );
  }

  /** What is chosen from has to be known first: the groups of the card, or keys that the asker gave. */
  #declared(): GroupKeys {
    const keys = this.#keys;
    if (!("groupsOf" in keys)) return keys;
    throw new AskRefused(
      problem(
        "shapes-do-not-fit",
        `the keys of ${keys.column} are not declared, and a choice is among known groups`,
        {
          hint: `give them: groupBy(${JSON.stringify(keys.column)}, { keys: [...] }), or ask which are common first`,
        },
      ),
    );
  }

  #standing(column: string | PrivateTensor): PrivateTensor {
    return this.#values(column).reshape([0, 1]);
  }

  #values(column: string | PrivateTensor): PrivateTensor {
    return typeof column === "string" ? this.#rows.column(column) : column;
  }

  #ask(
    name: string,
    tensorOf: (keys: GroupKeys) => PrivateTensor,
    inner: readonly Labels[] = [],
  ): AnalysisQuestion {
    return new AnalysisQuestion(
      this.#tables((keys) => {
        const labels = [...keys.labels, ...inner];
        const tensor = tensorOf(keys);
        const shaped = labels.length === 1 ? tensor : tensor.reshape(labels.map((axis) => axis.length));
        return [{ name, labels, tensor: shaped }];
      }),
    );
  }

  #tables(tablesOf: (keys: GroupKeys) => AskedTables): AskedTables | TablesOfKeys {
    const keys = this.#keys;
    if (!("groupsOf" in keys)) return tablesOf(keys);
    return { column: keys.column, desk: keys.desk, tablesOf: (found) => tablesOf(keys.groupsOf(found)) };
  }
}

function hot({ place, size }: GroupKeys): PrivateTensor {
  return place.oneHot(size);
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
