// Rewrites an asker's program so that nothing but a sum over rows crosses the private row axis.
//
// It is one thing because these methods share the graph that is being written: every node that a rule of an
// operation adds passes the same checks as the asker's own, in one place.

import { err, invariant, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  type Attributes,
  type ChoiceRule,
  choosePlainly,
  chosenShape,
  type Facts,
  isFiniteEverywhere,
  type Lowering,
  nodeKey,
  operations,
  type PeopleHeld,
  type PlainTensor,
  type Planned,
  programLimits,
  type RowsFacts,
  readAttributes,
  rowAxisOf,
  type Shape,
} from "@unseen/program";
import { type CanonicalNode, type CutAcross, type CutRelease, factsOfNode, stageOf } from "./canonical.ts";
import type { DatasetFacts } from "./dataset-facts.ts";
import { typicalSums } from "./typical-sums.ts";
import { mostMockWork, mostPublicWork, mostRowWork, mostWorkARow, publicWorkOf, workOf } from "./work.ts";

/** Nodes of the rewritten program: a question of the largest size may grow tenfold. */
const mostNodes = programLimits.nodes * 10;
/** Sums that one question may need; each takes its share of the budget, so more would be noise alone. */
const mostCuts = 64;
/** Numbers that one sum may hold: a histogram of the largest size. */
const mostNumbersASum = 65_536;
/** Numbers that all sums of a question hold together: noise for each is drawn exactly, and takes its time. */
const mostNumbers = 4 * mostNumbersASum;

export class Planner implements Lowering {
  readonly nodes: CanonicalNode[] = [];
  /** Facts with mock rows' values in place of released ones. */
  readonly facts: Facts[] = [];
  readonly cuts: number[] = [];
  readonly #written = new Map<string, number>();
  readonly #dataset: DatasetFacts;
  /** Multiply-adds of everything public so far. */
  publicWork = 0;
  /** Multiply-adds of one row on its way to all sums. */
  workARow = 0;
  #mockWork = 0;
  #numbers = 0;

  constructor(dataset: DatasetFacts) {
    this.#dataset = dataset;
  }

  get publicRowCount(): number | undefined {
    return this.#dataset.publicRowCount;
  }

  get publicPeopleCount(): number | undefined {
    return this.#dataset.publicPeopleCount;
  }

  constant(value: PlainTensor): Planned {
    const node = { kind: "constant", value, stage: 0 } as const;
    // A long one is its own key: to write it out would cost more than to find it again saves.
    const key = value.data.length > mostNumbersASum ? `long constant ${this.nodes.length}` : keyOf(node);
    return this.#planned(this.#write(node, { kind: "public", value }, key), value.shape);
  }

  anyColumn(): Result<Planned, Problem> {
    const [first] = this.#dataset.columns.keys();
    invariant(first !== undefined, "a dataset has at least one column");
    return this.column(first);
  }

  column(name: string): Result<Planned, Problem> {
    const column = this.#dataset.columns.get(name);
    if (column === undefined) {
      return err(
        problem(
          "column-unknown",
          `${this.#dataset.name} has no column ${JSON.stringify(name)} that can be asked about`,
          {
            hint: `its columns are ${[...this.#dataset.columns.keys()].slice(0, 40).join(", ")}`,
          },
        ),
      );
    }
    const facts: RowsFacts =
      column === "texts"
        ? textFacts
        : {
            kind: "rows",
            shape: [],
            lo: Float64Array.of(column.least),
            hi: Float64Array.of(column.greatest),
            oneHot: true,
            integral: column.integral,
          };
    return ok(this.#planned(this.#write({ kind: "column", name, facts, stage: 0 }, facts), ["rows"]));
  }

  apply(name: string, inputs: readonly Planned[], given: Attributes = {}): Result<Planned, Problem> {
    const operation = operations.get(name);
    invariant(operation !== undefined, "a program names allow-listed operations only");
    if (readsTexts(inputs) && !readersOfTexts.has(name)) return err(textsAreKeys(name));
    if (inputs.every((input) => input.facts.kind === "public")) return this.#publicly(name, inputs, given);
    const attributes = readAttributes(operation, given);
    if (!attributes.ok) return attributes;
    const shape = operation.shape(
      inputs.map((input) => input.shape),
      attributes.value,
    );
    if (!shape.ok) return shape;
    if (operation.sensitivity.lower !== undefined)
      return operation.sensitivity.lower(this, inputs, attributes.value);
    return this.rowByRow(name, inputs, attributes.value);
  }

  rowByRow(name: string, inputs: readonly Planned[], given: Attributes = {}): Result<Planned, Problem> {
    const operation = operations.get(name);
    invariant(operation !== undefined, "a rule names allow-listed operations only");
    if (readsTexts(inputs) && !readersOfTexts.has(name)) return err(textsAreKeys(name));
    const attributes = readAttributes(operation, given);
    if (!attributes.ok) return attributes;
    const shape = operation.shape(
      inputs.map((input) => input.shape),
      attributes.value,
    );
    if (!shape.ok) return shape;
    const staysUpright = inputs.every((input) => input.rowAxis <= 0) && rowAxisOf(shape.value) === 0;
    if (!staysUpright || operation.sensitivity.rowByRow === undefined) {
      return err(
        problem(
          "no-rule",
          `${name} would move the private rows away from the first axis, and no rule protects them there`,
          {
            hint: "keep the rows as the first axis of the tensor",
          },
        ),
      );
    }
    this.workARow += workOf(
      name,
      inputs.map((input) => input.shape),
      shape.value,
      attributes.value,
    );
    const isTooMuch = this.workARow > mostWorkARow || this.workARow * this.#dataset.mostRows > mostRowWork;
    if (isTooMuch) {
      return err(
        problem(
          "program-too-large",
          "the program asks for more arithmetic on each row than one question may",
          {
            hint: "ask in parts, or about fewer columns at a time",
          },
        ),
      );
    }
    return this.#add(
      {
        kind: "operation",
        operation: name,
        inputs: inputs.map((input) => input.node),
        attributes: attributes.value,
        isPrivate: true,
        stage: this.#stageAfter(inputs),
      },
      shape.value,
    );
  }

  turned(value: Planned, rowAxis: number): Planned {
    if (value.rowAxis === rowAxis || value.shape.length < 2) return value;
    invariant(value.shape.length === 2, "only a matrix of rows stands on its side");
    return { ...value, shape: value.shape.toReversed(), rowAxis };
  }

  sumRows(value: Planned): Result<Planned, Problem> {
    return this.#cut(value, { kind: "rows" }, { by: "sum" });
  }

  chooseFromSums(value: Planned, rule: ChoiceRule): Result<Planned, Problem> {
    return this.#cut(value, { kind: "rows" }, rule);
  }

  /** Where each row is a person, it is held by itself and the rows are summed: the same numbers, and a sum that others may share. */
  sumPeople(value: Planned, held: PeopleHeld): Result<Planned, Problem> {
    if (!this.#dataset.oneRowEach) return this.#cut(value, { kind: "people", ...held }, { by: "sum" });
    invariant(value.facts.kind === "rows", "people are summed over their rows");
    const { lo, hi, oneHot } = value.facts;
    if (!oneHot && held.mostGroupsEach !== undefined && held.mostGroupsEach < lo.length)
      return err(nobodyToChooseFor());
    const isHeld =
      lo.every((least) => least >= held.least) && hi.every((greatest) => greatest <= held.greatest);
    if (isHeld) return this.sumRows(value);
    const each = this.rowByRow("Clip", [value], { min: held.least, max: held.greatest });
    return each.ok ? this.sumRows(each.value) : each;
  }

  #cut(value: Planned, across: CutAcross, release: CutRelease): Result<Planned, Problem> {
    invariant(value.facts.kind === "rows" && value.rowAxis === 0, "rows are summed where they stand first");
    if (!isFiniteEverywhere(value.facts)) return err(unbounded(value.facts));
    const stage = this.#stageAfter([value]);
    const node: CanonicalNode = { kind: "cut", contribution: value.node, across, release, stage };
    const key = keyOf(node);
    const shape = releasedShape(release, value.facts.shape);
    const known = this.#written.get(key);
    if (known !== undefined) return ok(this.#planned(known, shape));
    const size = value.facts.lo.length;
    // Nobody's row adds anything to a sum of no numbers, so it needs no noise and costs nothing.
    if (size === 0) return ok(this.constant({ shape, data: new Float64Array(0) }));
    if (size > mostNumbersASum) return err(tooManyNumbers("one sum", size, mostNumbersASum));
    // Each of several choices looks through all numbers that are left.
    this.#numbers += release.by === "greatest" ? size * release.count : size;
    if (this.#numbers > mostNumbers) return err(tooManyNumbers("all sums", this.#numbers, mostNumbers));
    if (this.cuts.length >= mostCuts) return err(tooManySums());
    const mockWork = mostMockWork - this.#mockWork;
    const typical = typicalSums(this.nodes, node, this.facts, this.#dataset, mockWork);
    if (!typical.ok) return typical;
    this.#mockWork += typical.value.work;
    const { data } = typical.value.sums;
    const expected = { shape, data: release.by === "sum" ? data : choosePlainly(release, data) };
    const at = this.#write(node, { kind: "public", value: expected }, key);
    this.cuts.push(at);
    return ok(this.#planned(at, shape));
  }

  #publicly(name: string, inputs: readonly Planned[], given: Attributes): Result<Planned, Problem> {
    const operation = operations.get(name)!;
    const attributes = readAttributes(operation, given);
    if (!attributes.ok) return attributes;
    const shapes = inputs.map((input) => input.shape);
    const shape = operation.shape(shapes, attributes.value);
    if (!shape.ok) return shape;
    this.publicWork += publicWorkOf(name, shapes, shape.value, attributes.value);
    if (this.publicWork > mostPublicWork) {
      return err(
        problem(
          "program-too-large",
          "the program asks for more arithmetic on public values than one question may",
          { hint: "take the released numbers home and go on there" },
        ),
      );
    }
    if (name === "Gather") {
      const outside = gatherOutside(inputs, attributes.value);
      if (outside) return err(problem("shapes-do-not-fit", "Gather: an index lies outside the axis"));
    }
    return this.#add(
      {
        kind: "operation",
        operation: name,
        inputs: inputs.map((input) => input.node),
        attributes: attributes.value,
        isPrivate: false,
        stage: this.#stageAfter(inputs),
      },
      shape.value,
    );
  }

  #add(node: Extract<CanonicalNode, { kind: "operation" }>, shape: Shape): Result<Planned, Problem> {
    const key = keyOf(node);
    const known = this.#written.get(key);
    if (known !== undefined) return ok(this.#planned(known, shape));
    if (this.nodes.length >= mostNodes)
      return err(problem("program-too-large", "the question takes too many steps to plan"));
    const facts = factsOfNode(node, this.facts);
    if (!facts.ok) return facts;
    return ok(this.#planned(this.#write(node, facts.value, key), shape));
  }

  #write(node: CanonicalNode, facts: Facts, key = keyOf(node)): number {
    const known = this.#written.get(key);
    if (known !== undefined) return known;
    const at = this.nodes.push(node) - 1;
    this.facts.push(facts);
    this.#written.set(key, at);
    return at;
  }

  #planned(node: number, shape: Shape): Planned {
    return { node, facts: this.facts[node]!, shape, rowAxis: rowAxisOf(shape) };
  }

  #stageAfter(inputs: readonly Planned[]): number {
    return inputs.reduce((stage, input) => Math.max(stage, stageOf(this.nodes[input.node]!)), 0);
  }
}

/** Nothing bounds it: were it read as a number anywhere, the sum over it would be refused. */
const textFacts: RowsFacts = Object.freeze({
  kind: "rows",
  shape: [],
  lo: Float64Array.of(Number.NEGATIVE_INFINITY),
  hi: Float64Array.of(Number.POSITIVE_INFINITY),
  oneHot: true,
  integral: false,
  isText: true,
  unboundedBecause: "it is a column of texts",
});

/** The two others look at no value: a row is one row, whatever its text. */
const readersOfTexts: ReadonlySet<string> = new Set(["LabelEncoder", "RowOnes", "Count"]);

function readsTexts(inputs: readonly Planned[]): boolean {
  return inputs.some(({ facts }) => facts.kind === "rows" && facts.isText === true);
}

function textsAreKeys(operation: string): Problem<"no-rule"> {
  return problem(
    "no-rule",
    `${operation} of a column of texts is not answered: its texts are keys and no numbers`,
    {
      hint: 'compare it with texts that you name: .labelEncoder(["E11", "I10"]); or ask which keys may be shown: dataset.keys("diagnosis", { epsilon, delta })',
    },
  );
}

function keyOf(node: CanonicalNode): string {
  switch (node.kind) {
    case "constant":
      return nodeKey(node);
    case "column":
      return nodeKey({ kind: "input", name: node.name, shape: ["rows"] });
    case "operation":
      return nodeKey(node);
    case "cut":
      return `cut ${node.contribution} ${JSON.stringify([node.across, node.release])}`;
    default:
      return node satisfies never;
  }
}

function releasedShape(release: CutRelease, shape: readonly number[]): readonly number[] {
  return release.by === "sum" ? shape : chosenShape(release, shape);
}

function tooManyNumbers(where: string, numbers: number, most: number): Problem<"program-too-large"> {
  return problem(
    "program-too-large",
    `the question needs ${numbers} numbers in ${where} over rows, and at most ${most} are possible`,
    { hint: "sum fewer columns at a time" },
  );
}

function nobodyToChooseFor(): Problem<"no-rule"> {
  return problem(
    "no-rule",
    "where each row is a person, nothing but the row says in which groups it should count",
    {
      hint: "leave mostGroupsEach out, or group by categories: then a row is in one group",
    },
  );
}

function tooManySums(): Problem<"program-too-large"> {
  return problem(
    "program-too-large",
    `the question needs more than ${mostCuts} sums over people, and at most ${mostCuts} can share a price`,
    { hint: "ask in parts" },
  );
}

function gatherOutside([x, indices]: readonly Planned[], attributes: Attributes): boolean {
  const axis = attributes.axis as number;
  const size = x!.shape.at(axis) as number;
  const facts = indices!.facts;
  return (
    facts.kind === "public" &&
    !facts.value.data.every((index) => Number.isInteger(index) && index >= -size && index < size)
  );
}

function unbounded(facts: RowsFacts): Problem<"bounds-unknown"> {
  const because = facts.unboundedBecause === undefined ? "" : `: ${facts.unboundedBecause}`;
  return problem("bounds-unknown", `what one person adds to the sum has no bound${because}`, {
    hint: "hold it between bounds that you choose without looking: .clip(least, greatest)",
  });
}
