// From data back to what trains: the same layers, losses and optimisers that their makers make.

import type { LayerRecipe, LossName, OptimizerRecipe, ScheduleRecipe } from "@unseen/wire";
import { activation } from "../layers/activation.ts";
import { conv2d } from "../layers/conv2d.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout.ts";
import { averagePositions, embedding } from "../layers/embedding.ts";
import { flatten } from "../layers/flatten.ts";
import { layerNorm } from "../layers/layer-norm.ts";
import { averagePool2d, maxPool2d } from "../layers/pool2d.ts";
import { crossEntropy, logisticLoss, squaredError, type TrainingLoss } from "../loss/training-loss.ts";
import { adam } from "../optimise/adam.ts";
import type { Optimizer } from "../optimise/optimizer.ts";
import { cosine, type LearningRate, stepDecay, warmUp } from "../optimise/schedule.ts";
import { sgd } from "../optimise/sgd.ts";
import type { Layer } from "./layer.ts";

export function layerOf(recipe: LayerRecipe): Layer {
  switch (recipe.kind) {
    case "dense":
      return dense(recipe.units, recipe.activation);
    case "conv2d": {
      const { units, window, stride, padding, activation: activated } = recipe;
      return conv2d(units, window, {
        stride,
        padding,
        ...(activated === undefined ? {} : { activation: activated }),
      });
    }
    case "max-pool2d":
      return maxPool2d(recipe.window, recipe.stride);
    case "average-pool2d":
      return averagePool2d(recipe.window, recipe.stride);
    case "embedding":
      return embedding(recipe.words, recipe.units);
    case "dropout":
      return dropout(recipe.dropped);
    case "activation":
      return activation(recipe.activation);
    case "flatten":
      return flatten();
    case "average-positions":
      return averagePositions();
    case "layer-norm":
      return layerNorm();
    default:
      return recipe satisfies never;
  }
}

export function lossNamed(name: LossName): TrainingLoss {
  switch (name) {
    case "cross-entropy":
      return crossEntropy();
    case "logistic":
      return logisticLoss();
    case "squared-error":
      return squaredError();
    default:
      return name satisfies never;
  }
}

export function optimizerOf(recipe: OptimizerRecipe): Optimizer {
  const rate = rateOf(recipe.rate);
  if (recipe.kind === "sgd") return sgd(rate, { momentum: recipe.momentum, nesterov: recipe.nesterov });
  return adam(rate, { beta1: recipe.beta1, beta2: recipe.beta2, epsilon: recipe.epsilon });
}

function rateOf(recipe: ScheduleRecipe): LearningRate {
  const then = steadyRateOf(recipe);
  return recipe.warmUp === undefined ? then : warmUp(recipe.warmUp, then);
}

function steadyRateOf(recipe: ScheduleRecipe): LearningRate {
  switch (recipe.kind) {
    case "constant":
      return recipe.rate;
    case "cosine":
      return cosine(recipe.rate);
    case "step-decay":
      return stepDecay(recipe.rate, recipe.factor, recipe.every);
    default:
      return recipe satisfies never;
  }
}
