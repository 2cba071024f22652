// PATE: MNIST with 250 teachers at the published settings, some minutes each; and 1,437 digits of 8 by 8 with 100 teachers, some seconds.

import { readFileSync } from "node:fs";
import { adam, dense, type Examples, sequential, type TeachOptions } from "unseen";
import { scatteredMnist } from "./mnist/scattered.ts";

type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: number | null;
  readonly ratio: number | null;
  /** Of everything that was told, whatever the votes were. */
  readonly epsilon: number;
  readonly answered: number;
  /** Of the answers, in percent. */
  readonly rightAnswers: number;
  readonly seconds: number;
};

type World = { readonly own: Examples; readonly public: Examples; readonly heldOut: Examples };

type Setting = {
  readonly name: string;
  readonly world: () => World;
  readonly queries: number;
  readonly options: Pick<TeachOptions, "teachers" | "aggregator" | "delta">;
  /** Of the authors, whose student learnt from the images without answers by a network that makes images. Here answers spread. */
  readonly published: number | null;
};

const settings: readonly Setting[] = [
  {
    name: "mnist-lnmax",
    world: mnistWorld,
    queries: 100,
    options: { teachers: 250, aggregator: { kind: "laplace", noise: 20 }, delta: 1e-5 },
    published: 98,
  },
  {
    name: "mnist-confident",
    world: mnistWorld,
    queries: 640,
    options: {
      teachers: 250,
      aggregator: { kind: "confident", noise: 40, threshold: { votes: 200, noise: 150 }, mostAnswered: 286 },
      delta: 1e-5,
    },
    published: 98.5,
  },
  {
    name: "digits",
    world: digitsWorld,
    queries: 100,
    options: { teachers: 100, aggregator: { kind: "gaussian", noise: 10 }, delta: 1e-4 },
    published: null,
  },
];

/** Found on 240 digits, which is what one of 250 teachers sees. */
const large = {
  layers: [dense(10)],
  teaching: { optimizer: adam(0.002), epochs: 20, batch: 60 },
  student: { optimizer: adam(0.001), epochs: 10, batch: 60 },
};
const small = {
  layers: [dense(10)],
  teaching: { optimizer: adam(0.05), epochs: 20, batch: 16 },
  student: { optimizer: adam(0.02), epochs: 30, batch: 20 },
};

/** The student's accuracy on digits that neither it nor a teacher has seen, in percent. */
export async function* run(isWanted: (figure: string) => boolean): AsyncGenerator<Figure> {
  for (const { name, world, queries, options, published } of settings) {
    if (!isWanted(`pate/${name}`)) continue;
    const { own, public: asked, heldOut } = world();
    const { layers, teaching, student } = name === "digits" ? small : large;
    const from = performance.now();
    const taught = await sequential(layers).teach(own, partOf(asked, 0, queries), {
      ...options,
      teaching,
      student:
        name === "digits"
          ? student
          : { ...student, spread: { neighbours: 6, x: partOf(asked, queries, 9_000).x } },
    });
    const value = 100 * (await taught.student.evaluate(heldOut)).accuracy;
    const right = taught.answers.filter((answer, query) => answer === asked.y[query]).length;
    yield {
      name: `pate/${name}`,
      value,
      unit: "% right",
      baseline: published,
      ratio: published === null ? null : value / published,
      epsilon: taught.epsilon.epsilon,
      answered: taught.answered,
      rightAnswers: (100 * right) / taught.answered,
      seconds: (performance.now() - from) / 1000,
    };
  }
}

/**
 * As the authors cut it: 60,000 for the teachers; of the other 10,000 the first 9,000 are public, and 1,000 are held out. Teachers and
 * student see scattering features, which are computed from each image alone.
 */
function mnistWorld(): World {
  const others = flat(scatteredMnist("t10k"));
  return {
    own: flat(scatteredMnist("train")),
    public: partOf(others, 0, 9_000),
    heldOut: partOf(others, 9_000, 10_000),
  };
}

function flat({ x, y, shape }: Examples): Examples {
  return { x, y, shape: [shape!.reduce((product, each) => product * each, 1)] };
}

/** Every fifth of 1,797 is held out, and the first 100 of the others are public. */
function digitsWorld(): World {
  const rows = readFileSync(new URL("../datasets/digits.csv", import.meta.url), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));
  const part = (isHeldOut: boolean): Examples => {
    const kept = rows.filter((_, at) => (at % 5 === 0) === isHeldOut);
    return {
      x: Float32Array.from(kept.flatMap((row) => row.slice(0, 64).map((pixel) => pixel / 16))),
      y: kept.map((row) => row[64]!),
      shape: [64],
    };
  };
  const others = part(false);
  return { own: partOf(others, 100, others.y.length), public: partOf(others, 0, 100), heldOut: part(true) };
}

/** Rows `from` to `to`, of numbers that lie one after the other. */
function partOf({ x, y, shape = [] }: Examples, from: number, to: number): Examples {
  const size = shape.reduce((product, each) => product * each, 1);
  const cut = Float32Array.from(
    { length: (to - from) * size },
    (_, at) => (x as Float32Array)[from * size + at]!,
  );
  return { x: cut, y: Array.from(y).slice(from, to), shape };
}
