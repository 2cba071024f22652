// Small models of every layer, with numbers to run them on.

import fc from "fast-check";
import { activation } from "../layers/activation.ts";
import { conv2d } from "../layers/conv2d.ts";
import { dense } from "../layers/dense.ts";
import { averagePositions, embedding } from "../layers/embedding.ts";
import { flatten } from "../layers/flatten.ts";
import { layerNorm } from "../layers/layer-norm.ts";
import { averagePool2d, maxPool2d } from "../layers/pool2d.ts";
import type { Layer } from "../model/layer.ts";

export type DrawnModel = {
  readonly layers: readonly Layer[];
  readonly shape: readonly number[];
  readonly whole?: number;
};

const size = fc.integer({ min: 1, max: 4 });
const smooth = fc.constantFrom("tanh", "sigmoid", "gelu" as const);

export const drawnModels: Readonly<Record<string, fc.Arbitrary<DrawnModel>>> = {
  dense: fc
    .tuple(size, size, smooth)
    .map(([into, hidden, f]) => ({ layers: [dense(hidden, f), dense(3)], shape: [into] })),
  "dense at positions": fc.tuple(size, size, size, smooth).map(([positions, into, hidden, f]) => ({
    layers: [dense(hidden, f), layerNorm(), dense(2), flatten(), dense(3)],
    shape: [positions, into],
  })),
  convolutions: fc
    .tuple(
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 1, max: 2 }),
      fc.constantFrom(0, 1, "same" as const),
      smooth,
    )
    .map(([channels, stride, padding, f]) => ({
      layers: [
        conv2d(3, 3, { stride, padding, activation: f }),
        averagePool2d(2, 1),
        conv2d(2, 2, { padding: "same" }),
        activation("tanh"),
        maxPool2d(2, 1),
        flatten(),
        dense(3),
      ],
      shape: [channels, 6, 7],
    })),
  words: fc.tuple(size, size).map(([positions, width]) => ({
    layers: [embedding(4, width), averagePositions(), dense(3)],
    shape: [positions],
    whole: 4,
  })),
  "words in place": fc.tuple(size, size).map(([positions, width]) => ({
    layers: [embedding(3, width), dense(2, "tanh"), layerNorm(), flatten(), dense(3)],
    shape: [positions],
    whole: 3,
  })),
};
