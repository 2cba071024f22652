// Random questions: graphs over a dataset's columns in which every operation turns up, many of them over
// what was released before. They are grown with the planner at hand, so that most of them are answered.
//
// One thing because the table of how each operation is drawn is read as one list.

import {
  type Attributes,
  makeProgram,
  operations,
  type PlainTensor,
  type Planned,
  type Program,
  type ProgramNode,
} from "@unseen/program";
import type { DatasetFacts } from "../planner/dataset-facts.ts";
import { Planner } from "../planner/planner.ts";
import type { RandomStream } from "./random-stream.ts";

/** A value of the program that is being drawn. */
type Drawn = { readonly at: number; readonly planned: Planned };
type Attempt = {
  readonly operation: string;
  readonly inputs: readonly Drawn[];
  readonly attributes?: Attributes;
};

const names = [...operations.keys()];
const elementwise = names.filter((name) => {
  const operation = operations.get(name)!;
  return Object.keys(operation.attributes).length === 0 && isElementwise(name);
});

function isElementwise(name: string): boolean {
  return ![
    "MatMul",
    "Solve",
    "Inverse",
    "EigenSymmetric",
    "Count",
    "RowOnes",
    "Where",
    "Correlation",
    "MeanWhere",
    "VarianceWhere",
  ].includes(name);
}

/** Drawn more often than their share of the list: fewer tensors fit them. */
const structural = names.filter((name) => !elementwise.includes(name));

const extremes = [0, -0, 1, -1, 2, 0.5, -3, 10, 1e-9, 1e6, -1e6, 1e150, -1e300, 1e308, 5e-324];

/** Grows a question. Undefined where nothing that could be answered came out. */
export function randomProgram(random: RandomStream, dataset: DatasetFacts): Program | undefined {
  return new Growth(random, dataset).grow();
}

class Growth {
  readonly #random: RandomStream;
  readonly #planner: Planner;
  readonly #nodes: ProgramNode[] = [];
  readonly #pool: Drawn[] = [];

  constructor(random: RandomStream, dataset: DatasetFacts) {
    this.#random = random;
    this.#planner = new Planner(dataset);
    for (const name of dataset.columns.keys()) this.#column(name);
    if (random.chance(0.7)) this.#matrixOfRows();
  }

  grow(): Program | undefined {
    const random = this.#random;
    const stages = random.pick([1, 1, 1, 2, 2, 3]);
    for (let stage = 0; stage < stages; stage++) {
      if (stage > 0) this.#useReleased();
      const steps = random.whole(0, 4);
      for (let step = 0; step < steps; step++) this.#step();
      this.#sumUp();
      if (random.chance(0.3)) this.#sumUp();
    }
    const answers = this.#pool.filter(
      ({ at, planned }) => planned.facts.kind === "public" && this.#nodes[at]!.kind === "operation",
    );
    if (answers.length === 0) return undefined;
    const outputs = random.shuffled(answers).slice(0, random.whole(1, 3));
    const program = makeProgram({ nodes: this.#nodes, outputs: outputs.map(({ at }) => at) });
    if (!program.ok) throw new Error(`a drawn program is not well formed: ${program.problem.message}`);
    return program.value;
  }

  #column(name: string): void {
    const planned = this.#planner.column(name);
    if (!planned.ok) throw new Error("a dataset has its own columns");
    this.#keep({ kind: "input", name, shape: ["rows"] }, planned.value);
  }

  /** Columns side by side, [rows, k], so that the operations on axes have some to work on. */
  #matrixOfRows(): void {
    const random = this.#random;
    const columns = this.#pool.filter(({ planned }) => planned.rowAxis === 0);
    const standing = Array.from({ length: random.whole(1, 3) }, () => {
      this.#take({ operation: "Reshape", inputs: [random.pick(columns)], attributes: { shape: [0, 1] } });
      return this.#pool.at(-1)!;
    });
    this.#take({ operation: "Concat", inputs: standing, attributes: { axis: 1 } });
  }

  /** Rows beside what was released: standardised, compared, chosen by it. */
  #useReleased(): void {
    const random = this.#random;
    const isReleased = ({ at, planned }: Drawn) =>
      planned.facts.kind === "public" && this.#nodes[at]!.kind === "operation";
    const released = this.#pool.filter(isReleased);
    const rows = this.#pool.filter(({ planned }) => planned.rowAxis === 0);
    if (released.length === 0) return;
    for (let attempt = 0; attempt < 4; attempt++) {
      const operation = random.pick([
        "Sub",
        "Div",
        "Mul",
        "Add",
        "Greater",
        "Min",
        "Max",
        "Pow",
        "Where",
        "MatMul",
      ]);
      const inputs = [random.pick(rows), random.pick(released)];
      if (operation === "Where") inputs.push(random.pick(released));
      if (this.#take({ operation, inputs: operation === "MatMul" ? inputs : random.shuffled(inputs) }))
        return;
    }
  }

  #constant(value: PlainTensor): Drawn {
    return this.#keep({ kind: "constant", value }, this.#planner.constant(value));
  }

  #keep(node: ProgramNode, planned: Planned): Drawn {
    const drawn = { at: this.#nodes.push(node) - 1, planned };
    this.#pool.push(drawn);
    return drawn;
  }

  /** Adds one operation that the planner takes, out of a few tries. */
  #step(): void {
    for (let attempt = 0; attempt < 6; attempt++) {
      const drawn = this.#attempt(this.#random.pick(this.#random.chance(0.5) ? names : structural));
      if (drawn !== undefined && this.#take(drawn)) return;
    }
  }

  #take({ operation, inputs, attributes = {} }: Attempt): boolean {
    const planned = this.#planner.apply(
      operation,
      inputs.map((input) => input.planned),
      attributes,
    );
    if (
      !planned.ok ||
      planned.value.shape.reduce<number>((n, size) => n * (size === "rows" ? 1 : size), 1) > 64
    )
      return false;
    this.#keep(
      { kind: "operation", operation, inputs: inputs.map((input) => input.at), attributes },
      planned.value,
    );
    return true;
  }

  /** Crosses the row axis, holding what has no bound first. */
  #sumUp(): void {
    const random = this.#random;
    const rows = this.#pool.filter(({ planned }) => planned.rowAxis === 0);
    // What was made last is what has been through the most.
    const x = random.chance(0.7) ? rows.at(-1)! : random.pick(rows);
    for (const name of random.shuffled([
      "ReduceSum",
      "ReduceSum",
      "ReduceMean",
      "Variance",
      "StandardDeviation",
      "Covariance",
      "Correlation",
      "Histogram",
      "Quantile",
      "ChooseAbove",
      "ChooseGreatest",
      "ChooseQuantile",
      "MeanWhere",
      "VarianceWhere",
      "Count",
      "CountPeople",
      "SumByPerson",
      "MatMul",
    ])) {
      const summed =
        name === "MatMul" ? this.#crossProduct(x, random.pick(rows)) : this.#attemptOn(name, x, true);
      if (summed !== undefined && this.#take(summed)) return;
      if (!this.#take({ operation: "Clip", inputs: [x], attributes: this.#ends() })) continue;
      const held = this.#attemptOn(name, this.#pool.at(-1)!, true);
      if (held !== undefined && this.#take(held)) return;
    }
  }

  #crossProduct(x: Drawn, y: Drawn): Attempt | undefined {
    if (x.planned.shape.length === 1) return { operation: "MatMul", inputs: [x, y] };
    if (x.planned.shape.length > 2 || !this.#take({ operation: "Transpose", inputs: [x] })) return undefined;
    return { operation: "MatMul", inputs: [this.#pool.at(-1)!, this.#random.chance(0.5) ? x : y] };
  }

  #ends(): { min: number; max: number } {
    const random = this.#random;
    const [a, b] = [random.pick(extremes), random.pick([...extremes, random.unit() * 20 - 10])];
    return { min: Math.min(a, b), max: Math.max(a, b) };
  }

  #attempt(operation: string): Attempt | undefined {
    const random = this.#random;
    const rows = this.#pool.filter(({ planned }) => planned.rowAxis >= 0);
    const wide = rows.filter(({ planned }) => planned.shape.length > 1);
    const x = random.pick(
      random.chance(0.2) ? this.#pool : wide.length > 0 && random.chance(0.6) ? wide : rows,
    );
    return this.#attemptOn(operation, x, random.chance(0.1));
  }

  /** How each operation is drawn on x. `overRows` says whether a reduction should run over the rows. */
  #attemptOn(operation: string, x: Drawn, overRows: boolean): Attempt | undefined {
    const random = this.#random;
    const { shape } = x.planned;
    const rank = shape.length;
    const axis = random.whole(0, Math.max(rank - 1, 0));
    const signed = (place: number) => (random.chance(0.3) ? place - rank : place);
    const inner = rank > 1 ? random.whole(1, rank - 1) : 0;
    const sizeAt = (place: number) => (typeof shape[place] === "number" ? (shape[place] as number) : 3);
    switch (operation) {
      case "Clip":
        return { operation, inputs: [x], attributes: this.#ends() };
      case "Where":
        return { operation, inputs: random.shuffled([x, this.#beside(x), this.#beside(x)]) };
      case "Transpose": {
        if (rank < 2) return undefined;
        const perm = rank === 2 || random.chance(0.1) ? [] : [0, ...random.shuffled(axesFrom(1, rank))];
        return { operation, inputs: [x], attributes: { perm } };
      }
      case "Reshape":
        return { operation, inputs: [x], attributes: { shape: this.#newShape(shape) } };
      case "Slice": {
        const start = random.whole(-2, 2);
        const end = random.pick([Number.MAX_SAFE_INTEGER, 3, -1, 1]);
        const attributes = { axis: signed(inner), start, end, step: random.whole(1, 2) };
        return { operation, inputs: [x], attributes };
      }
      case "Gather": {
        const size = sizeAt(inner);
        const data = Float64Array.from({ length: random.whole(1, 4) }, () => random.whole(-size, size - 1));
        const indices = this.#constant({ shape: [data.length], data });
        return { operation, inputs: [x, indices], attributes: { axis: signed(inner) } };
      }
      case "Concat": {
        const like = this.#pool.filter(({ planned }) => planned.shape.length === rank && rank > 0);
        if (like.length === 0) return undefined;
        const others = Array.from({ length: random.whole(0, 2) }, () =>
          random.chance(0.4) ? x : random.pick(like),
        );
        return { operation, inputs: [x, ...others], attributes: { axis: signed(inner) } };
      }
      case "OneHot":
        return { operation, inputs: [x], attributes: { depth: random.whole(1, 5) } };
      case "LabelEncoder": {
        const keys = random.shuffled([0, 1, -1, 2.5, 7]).slice(random.whole(0, 4));
        return { operation, inputs: [x], attributes: { keys_floats: keys } };
      }
      case "ArgMax":
      case "CumSum":
        return { operation, inputs: [x], attributes: { axis: signed(inner) } };
      case "Histogram": {
        const min = random.pick([0, -1, 5, -0.1]);
        const attributes = { bins: random.whole(1, 5), min, max: min + random.pick([1, 0.3, 10, 1e9]) };
        return { operation, inputs: [x], attributes };
      }
      case "Quantile": {
        const q = Array.from({ length: random.whole(1, 3) }, () => random.unit());
        const bounds = random.pick([[], [0, 1], [-5, 100], [3, 4]]);
        return { operation, inputs: [x], attributes: { q, bounds, bins: random.whole(1, 5) } };
      }
      case "ChooseQuantile": {
        const bounds = random.pick([[], [0, 1], [-5, 100], [3, 4]]);
        const q = random.pick([0.5, 0.9, 0.0001, 0.9999, 0.01 + random.unit() * 0.98]);
        return { operation, inputs: [x], attributes: { q, bounds, bins: random.whole(1, 8) } };
      }
      case "ChooseGreatest": {
        if (rank !== 2) return undefined;
        return { operation, inputs: [x], attributes: { k: random.whole(1, Math.min(sizeAt(1), 3)) } };
      }
      case "ChooseAbove": {
        if (rank > 2) return undefined;
        const count = rank === 2 && random.chance(0.5) ? sizeAt(1) : 1;
        const thresholds = Array.from({ length: count }, () => random.pick(extremes));
        return { operation, inputs: [x], attributes: { thresholds, mostAbove: random.whole(1, 3) } };
      }
      case "QuantileOfCounts": {
        const counts = this.#releasedList(x);
        return { operation, inputs: [counts], attributes: { q: [0.5, random.unit()], min: 0, max: 1 } };
      }
      case "CountPeople":
        return { operation, inputs: [this.#groupsOf(x)], attributes: { mostGroupsEach: random.whole(0, 3) } };
      case "SumByPerson": {
        const [least, greatest] = [random.pick([0, 0, -1, -4, -0.5]), random.pick([1, 10, 0.3, 2 ** 20])];
        const attributes = { least, greatest, mostGroupsEach: random.whole(0, 3) };
        return { operation, inputs: [this.#groupsOf(x)], attributes };
      }
      case "MeanWhere":
      case "VarianceWhere":
        return { operation, inputs: random.shuffled([x, this.#choosing(x)]) };
      case "ArgSort": {
        const attributes = { axis: -1, descending: random.whole(0, 1) };
        return { operation, inputs: [this.#releasedList(x)], attributes };
      }
      case "TopK":
        return {
          operation,
          inputs: [this.#releasedList(x)],
          attributes: { k: 1, largest: random.whole(0, 1) },
        };
      case "Covariance":
        return { operation, inputs: [x], attributes: { correction: random.whole(0, 1) } };
      case "Correlation":
        return { operation, inputs: [x] };
      case "ReduceSum":
      case "ReduceMean":
      case "ReduceMax":
      case "ReduceMin":
      case "Variance":
      case "StandardDeviation": {
        const axes = overRows
          ? random.pick([[0], [0], [], random.shuffled(axesFrom(0, rank))])
          : [signed(rank > 1 ? inner : axis)];
        const spread = operation === "Variance" || operation === "StandardDeviation";
        const keepdims = random.whole(0, 1);
        return {
          operation,
          inputs: [x],
          attributes: spread ? { axes, keepdims, correction: random.whole(0, 2) } : { axes, keepdims },
        };
      }
      case "MatMul":
        return this.#product(x);
      case "Solve":
      case "EigenSymmetric":
      case "Inverse": {
        const square = this.#pool.filter(
          ({ planned: { shape: s } }) => s.length === 2 && s[0] === s[1] && s[0] !== "rows",
        );
        const a = square.length > 0 ? random.pick(square) : this.#matrix(2, 2);
        if (operation !== "Solve") return { operation, inputs: [a] };
        return { operation, inputs: [a, this.#matrix(a.planned.shape[0] as number, 1)] };
      }
      case "Count":
      case "RowOnes":
        return { operation, inputs: [x] };
      case "Softmax":
      case "LogSoftmax":
        return { operation, inputs: [x], attributes: { axis: signed(inner) } };
      case "LayerNormalization": {
        if (rank < 2 || shape.lastIndexOf("rows") > 0) return undefined;
        const scale = this.#numbers(shape.slice(1) as readonly number[]);
        const inputs = random.chance(0.5) ? [x, scale] : [x, scale, scale];
        return { operation, inputs, attributes: { axis: 1, epsilon: random.pick([1e-5, 0, 1]) } };
      }
      case "Expand": {
        const own = shape.slice(1).map((size) => (size === 1 ? random.whole(1, 3) : (size as number)));
        return { operation, inputs: [x], attributes: { shape: shape[0] === "rows" ? [1, ...own] : [] } };
      }
      case "GatherElements":
      case "ScatterAdd": {
        if (rank < 2 || shape[0] !== "rows") return undefined;
        const like = this.#pool.filter(
          ({ planned: { shape: s } }) =>
            s.length === rank && s.every((size, at) => at === inner || size === shape[at]),
        );
        const indices = random.pick(like);
        const updates = like.filter(({ planned: { shape: s } }) => s[inner] === indices.planned.shape[inner]);
        const inputs = operation === "ScatterAdd" ? [x, indices, random.pick(updates)] : [x, indices];
        return { operation, inputs, attributes: { axis: signed(inner) } };
      }
      case "AveragePool":
      case "MaxPool":
      case "MaxPoolIndices": {
        const image = this.#imageOf(x);
        const kernel_shape = [1, random.whole(1, 2)];
        const pads = random.pick([[], [0, kernel_shape[1]! - 1, 0, 0]]);
        return image && { operation, inputs: [image], attributes: { kernel_shape, pads } };
      }
      case "Conv":
      case "ConvTranspose": {
        const image = this.#imageOf(x);
        if (image === undefined) return undefined;
        const channels = image.planned.shape[1] as number;
        const results = random.whole(1, 2);
        const kernels = operation === "Conv" ? [results, channels, 1, 2] : [channels, results, 1, 2];
        const inputs = [image, this.#numbers(kernels)];
        if (random.chance(0.3)) inputs.push(this.#numbers([results]));
        return { operation, inputs, attributes: { pads: random.pick([[], [0, 1, 0, 0]]) } };
      }
      case "Gemm": {
        const product = this.#product(x);
        if (product === undefined || product.inputs.some(({ planned }) => planned.shape.length !== 2))
          return undefined;
        const attributes = { alpha: random.pick([1, -2, 0.5]), beta: random.pick([1, 3]) };
        const c = random.chance(0.5) ? [this.#numbers([])] : [];
        return { operation, inputs: [...product.inputs, ...c], attributes };
      }
      default: {
        if (!elementwise.includes(operation)) throw new Error(`nobody says how ${operation} is drawn`);
        const takesTwo = operations.get(operation)!.inputs[0] === 2;
        return { operation, inputs: takesTwo ? random.shuffled([x, this.#beside(x)]) : [x] };
      }
    }
  }

  /** x by group, or as it is. */
  #groupsOf(x: Drawn): Drawn {
    const random = this.#random;
    const columns = this.#pool.filter(({ planned: { shape } }) => shape.length === 1 && shape[0] === "rows");
    if (x.planned.shape.length !== 1 || x.planned.rowAxis !== 0 || random.chance(0.4)) return x;
    const depth = random.whole(2, 5);
    if (!this.#take({ operation: "OneHot", inputs: [random.pick(columns)], attributes: { depth } })) return x;
    const hot = this.#pool.at(-1)!;
    if (random.chance(0.4)) return hot;
    if (!this.#take({ operation: "Reshape", inputs: [x], attributes: { shape: [0, 1] } })) return hot;
    return this.#take({ operation: "Mul", inputs: [this.#pool.at(-1)!, hot] }) ? this.#pool.at(-1)! : hot;
  }

  /** A list in the open, for what is done to counts: one that was released if there is any. */
  #releasedList(x: Drawn): Drawn {
    const random = this.#random;
    if (random.chance(0.1)) return x;
    const lists = this.#pool.filter(({ planned }) => planned.rowAxis < 0 && planned.shape.length === 1);
    const released = lists.filter(({ at }) => this.#nodes[at]!.kind === "operation");
    if (released.length > 0) return random.pick(released);
    return lists.length > 0 ? random.pick(lists) : this.#matrix(random.whole(1, 4), 1);
  }

  /** Chooses rows of x: a comparison, a one-hot, or a column as it is. */
  #choosing(x: Drawn): Drawn {
    const random = this.#random;
    const before = this.#pool.length;
    const isColumn = x.planned.shape.length === 1;
    if (isColumn && random.chance(0.5))
      this.#take({
        operation: "Greater",
        inputs: [x, this.#constant({ shape: [], data: Float64Array.of(1) })],
      });
    else if (x.planned.shape.length === 2 && x.planned.shape[1] === 1 && random.chance(0.7)) {
      const columns = this.#pool.filter(
        ({ planned: { shape } }) => shape.length === 1 && shape[0] === "rows",
      );
      const depth = random.whole(1, 4);
      this.#take({ operation: "OneHot", inputs: [random.pick(columns)], attributes: { depth } });
    }
    return this.#pool.length > before && this.#pool.at(-1)!.planned.rowAxis === 0
      ? this.#pool.at(-1)!
      : this.#beside(x);
  }

  /** Something that is likely to broadcast with x: itself, another of the pool, or numbers in the open. */
  #beside(x: Drawn): Drawn {
    const random = this.#random;
    const { shape } = x.planned;
    const fitting = this.#pool.filter(
      ({ planned }) =>
        planned.shape.length === shape.length && planned.shape.every((s, at) => s === shape[at]),
    );
    const released = this.#pool.filter(
      ({ at, planned }) => planned.facts.kind === "public" && this.#nodes[at]!.kind === "operation",
    );
    if (released.length > 0 && random.chance(0.4)) return random.pick(released);
    if (random.chance(0.4)) return random.pick(fitting);
    const width = shape.length > 1 && random.chance(0.5) ? (shape.at(-1) as number | "rows") : "rows";
    const value = () => (random.chance(0.6) ? random.pick(extremes) : random.unit() * 10 - 5);
    if (width === "rows") return this.#constant({ shape: [], data: Float64Array.of(value()) });
    return this.#constant({ shape: [width], data: Float64Array.from({ length: width }, value) });
  }

  #product(x: Drawn): Attempt | undefined {
    const random = this.#random;
    const { shape } = x.planned;
    const operation = "MatMul";
    if (shape.length === 1 && shape[0] === "rows") return { operation, inputs: [x, x] };
    if (shape.length !== 2) return undefined;
    const columns = random.whole(1, 3);
    if (shape[0] === "rows") return { operation, inputs: [x, this.#matrix(shape[1] as number, columns)] };
    if (shape[1] === "rows") {
      if (random.chance(0.5)) return { operation, inputs: [this.#matrix(columns, shape[0] as number), x] };
      return {
        operation,
        inputs: [x, random.pick(this.#pool.filter(({ planned }) => planned.rowAxis === 0))],
      };
    }
    return { operation, inputs: [x, this.#matrix(shape[1] as number, columns)] };
  }

  /** Each row of x as an image of one or more channels. */
  #imageOf(x: Drawn): Drawn | undefined {
    const random = this.#random;
    const { shape } = x.planned;
    if (shape[0] !== "rows") return undefined;
    const sizes = shape.slice(1) as readonly number[];
    const across = sizes.at(-1) ?? 1;
    const rest = sizes.slice(0, -1).reduce((product, size) => product * size, 1);
    const image = random.pick([
      [0, rest, 1, across],
      [0, 1, rest, across],
    ]);
    if (shape.length === 4 && random.chance(0.5)) return x;
    const isTaken = this.#take({ operation: "Reshape", inputs: [x], attributes: { shape: image } });
    return isTaken ? this.#pool.at(-1)! : undefined;
  }

  #numbers(shape: readonly number[]): Drawn {
    const size = shape.reduce((product, length) => product * length, 1);
    const data = Float64Array.from({ length: size }, () => this.#random.pick([0, 1, -1, 2, 0.25, -1e6]));
    return this.#constant({ shape, data });
  }

  #matrix(height: number, width: number): Drawn {
    const random = this.#random;
    const data = Float64Array.from({ length: height * width }, () => random.pick([0, 1, -1, 2, 0.25, -1e6]));
    return this.#constant({ shape: width === 1 && random.chance(0.5) ? [height] : [height, width], data });
  }

  #newShape(shape: readonly (number | "rows")[]): readonly number[] {
    const random = this.#random;
    const sizes = shape.map((size) => (size === "rows" ? 0 : size));
    if (shape[0] !== "rows") return random.pick([[-1], [1, ...sizes], [...sizes, 1]]);
    const own = sizes.slice(1);
    return random.pick([
      [0, -1],
      [0, 1, ...own],
      [0, ...own, 1],
      [0, ...own.toReversed()],
      own.every((size) => size === 1) ? [0] : [0, -1, 1],
    ]);
  }
}

function axesFrom(first: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, at) => first + at);
}
