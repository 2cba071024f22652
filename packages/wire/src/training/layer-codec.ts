// Layers as they travel: one message for all kinds, of which each kind has some settings. A setting that a kind does not
// have is refused, because whoever sent it meant something by it.

import { create } from "@bufbuild/protobuf";
import { ok, type Problem, type Result } from "@unseen/base";
import { type TrainingLayer, TrainingLayerSchema } from "../gen/unseen/v1/learning_pb.ts";
import { wireLimits } from "../limits.ts";
import { isOneOf, isWhole, modelMalformed } from "./ranges.ts";
import type { ActivationName, LayerRecipe } from "./recipe.ts";

const activations = ["relu", "tanh", "sigmoid", "gelu"] as const;

type Setting = Exclude<keyof TrainingLayer, "$typeName" | "$unknown" | "kind">;

const settingsOf = {
  dense: ["units", "activation"],
  conv2d: ["units", "window", "stride", "padding", "keepsSize", "activation"],
  "max-pool2d": ["window", "stride"],
  "average-pool2d": ["window", "stride"],
  embedding: ["words", "units"],
  dropout: ["dropped"],
  activation: ["activation"],
  flatten: [],
  "average-positions": [],
  "layer-norm": [],
} as const satisfies Record<LayerRecipe["kind"], readonly Setting[]>;

const kinds = Object.keys(settingsOf) as readonly LayerRecipe["kind"][];

export function encodeLayer(layer: LayerRecipe): TrainingLayer {
  if (layer.kind !== "conv2d") return create(TrainingLayerSchema, layer);
  const { padding, ...others } = layer;
  return create(TrainingLayerSchema, {
    ...others,
    ...(padding === "same" ? { keepsSize: true } : { padding }),
  });
}

/** Whether the layers fit each other, the model's plan says. */
export function decodeLayer(message: TrainingLayer, place: number): Result<LayerRecipe, Problem> {
  const { kind } = message;
  if (!isOneOf(kind, kinds)) return modelMalformed(`layer ${place} is of no known kind`);
  const own: readonly Setting[] = settingsOf[kind];
  const plain = create(TrainingLayerSchema);
  const foreign = (Object.keys(inWords) as Setting[]).find(
    (setting) => !own.includes(setting) && message[setting] !== plain[setting],
  );
  if (foreign !== undefined) return modelMalformed(`layer ${place}, ${kind}, has a setting of another kind`);
  const wrong = own.find((setting) => !isSound(kind, setting, message));
  if (wrong !== undefined)
    return modelMalformed(`layer ${place}, ${kind}: ${inWords[wrong]} is out of its range`);
  return ok(layerOf(kind, message));
}

const inWords: Readonly<Record<Setting, string>> = {
  units: "how many results it has",
  window: "the size of its windows",
  stride: "its stride",
  padding: "its padding",
  keepsSize: "its padding",
  words: "how many words it knows",
  activation: "its activation",
  dropped: "the share that it drops",
};

function isSound(kind: LayerRecipe["kind"], setting: Setting, layer: TrainingLayer): boolean {
  switch (setting) {
    case "units":
    case "window":
    case "stride":
    case "words":
      return isWhole(layer[setting], 1, wireLimits.layerSize);
    case "padding":
      return isWhole(layer.padding, 0, wireLimits.layerSize);
    case "keepsSize":
      return !layer.keepsSize || layer.padding === 0;
    case "activation":
      return (kind !== "activation" && layer.activation === "") || isOneOf(layer.activation, activations);
    case "dropped":
      return layer.dropped >= 0 && layer.dropped < 1;
    default:
      return setting satisfies never;
  }
}

function layerOf(kind: LayerRecipe["kind"], layer: TrainingLayer): LayerRecipe {
  const { units, window, stride, words, dropped } = layer;
  const activation = layer.activation as ActivationName;
  const activated = layer.activation === "" ? {} : { activation };
  switch (kind) {
    case "dense":
      return { kind, units, ...activated };
    case "conv2d":
      return { kind, units, window, stride, padding: layer.keepsSize ? "same" : layer.padding, ...activated };
    case "max-pool2d":
    case "average-pool2d":
      return { kind, window, stride };
    case "embedding":
      return { kind, words, units };
    case "dropout":
      return { kind, dropped };
    case "activation":
      return { kind, activation };
    default:
      return { kind };
  }
}
