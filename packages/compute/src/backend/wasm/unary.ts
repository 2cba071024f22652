// Functions of one number. Those with a vector form of their own go to the kernels, the others through the platform's Math in
// float64, rounded once.

import { sizeOf } from "@unseen/program";
import { type Lowering, noScratch, type Placed } from "./steps.ts";

export const relu: Lowering = () => ({
  scratchBytes: 16,
  step: ([x], output, zerosAt) => {
    const length = sizeOf(output.shape);
    return (kernels, floats) => {
      floats.fill(0, zerosAt / 4, zerosAt / 4 + 4);
      kernels.greatest(x!.at, 4, zerosAt, 0, output.at, length);
    };
  },
});

type Loop = (x: Float32Array, out: Float32Array) => void;

/** One loop each, so that the engine compiles each for its own function. */
const loops: Readonly<Record<string, Loop>> = {
  Abs: (x, out) => {
    for (let i = 0; i < x.length; i++) out[i] = Math.abs(x[i]!);
  },
  Neg: (x, out) => {
    for (let i = 0; i < x.length; i++) out[i] = -x[i]!;
  },
  Exp: (x, out) => {
    for (let i = 0; i < x.length; i++) out[i] = Math.exp(x[i]!);
  },
  Log: (x, out) => {
    for (let i = 0; i < x.length; i++) out[i] = Math.log(x[i]!);
  },
  Sqrt: (x, out) => {
    for (let i = 0; i < x.length; i++) out[i] = Math.sqrt(x[i]!);
  },
  Reciprocal: (x, out) => {
    for (let i = 0; i < x.length; i++) out[i] = 1 / x[i]!;
  },
  Sigmoid: (x, out) => {
    for (let i = 0; i < x.length; i++) out[i] = 1 / (1 + Math.exp(-x[i]!));
  },
  Tanh: (x, out) => {
    for (let i = 0; i < x.length; i++) out[i] = Math.tanh(x[i]!);
  },
  Sign: (x, out) => {
    for (let i = 0; i < x.length; i++) out[i] = Math.sign(x[i]!);
  },
};

export const unaryLoops: readonly string[] = Object.keys(loops);

export function lowerUnary(name: string): Lowering {
  const loop = loops[name]!;
  return () =>
    noScratch(
      ([x], output) =>
        (_kernels, floats) =>
          loop(numbersOf(floats, x!), numbersOf(floats, output)),
    );
}

export function numbersOf(floats: Float32Array, { at, shape }: Placed): Float32Array {
  return floats.subarray(at / 4, at / 4 + sizeOf(shape));
}
