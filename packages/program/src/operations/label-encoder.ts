import { err, ok } from "@unseen/base";
import { doesNotFit } from "../shape/shape.ts";
import { mapTensor } from "../tensor/plain-tensor.ts";
import type { Attributes, Operation, RowsFacts } from "./operation.ts";
import { noRule } from "./refusals.ts";

/**
 * The place of each value in a public list of keys, from 0, and -1 for what is not in it (ONNX-ML's LabelEncoder with
 * `values_int64s` 0, 1, 2, ... and `default_int64` -1). It is the one operation that reads a column of texts, with
 * `keys_strings`. Before rows are read, the texts of such a column and these keys become numbers that stand for them in
 * this question alone (`codedTexts` in the room privacy), and then `keys_floats` holds them.
 */
export const labelEncoder: Operation = {
  name: "LabelEncoder",
  inputs: [1, 1],
  attributes: {
    keys_strings: { kind: "texts", default: [] },
    keys_floats: { kind: "numbers", default: [] },
  },
  shape: ([x], attributes) => {
    const { keys, ofTexts, ofNumbers } = keysOf(attributes);
    if (ofTexts.length > 0 && ofNumbers.length > 0)
      return err(doesNotFit("keys are texts or numbers, not both"));
    if (keys.length === 0)
      return err(doesNotFit("a list of keys without a key", "name at least one: .labelEncoder(['E11'])"));
    if (new Set(keys).size < keys.length)
      return err(doesNotFit("a list of keys names one of them twice", "name each key once"));
    return ok(x!);
  },
  plain: ([x], attributes) => {
    // A number is none of the texts.
    const places = new Map(keysOf(attributes).ofNumbers.map((key, place) => [key, place] as const));
    return mapTensor(x!, (value) => places.get(value) ?? -1);
  },
  sensitivity: {
    rowByRow: ([x], attributes) => {
      const { keys, ofTexts } = keysOf(attributes);
      const isText = x!.kind === "rows" && x!.isText === true;
      if (isText !== ofTexts.length > 0) {
        return isText
          ? err(
              noRule(
                "LabelEncoder",
                "the column holds texts, and the keys are numbers",
                "give texts as keys",
              ),
            )
          : err(
              noRule(
                "LabelEncoder",
                "the column holds numbers, and the keys are texts",
                "give numbers as keys",
              ),
            );
      }
      return ok(placesOf(x!.kind === "rows" ? x!.shape : [], keys.length));
    },
  },
};

function keysOf(attributes: Attributes) {
  const ofTexts = attributes.keys_strings as readonly string[];
  const ofNumbers = attributes.keys_floats as readonly number[];
  return { keys: [...ofTexts, ...ofNumbers], ofTexts, ofNumbers };
}

function placesOf(shape: readonly number[], keys: number): RowsFacts {
  const size = shape.reduce((product, length) => product * length, 1);
  return {
    kind: "rows",
    shape,
    lo: new Float64Array(size).fill(-1),
    hi: new Float64Array(size).fill(keys - 1),
    oneHot: size === 1,
    integral: true,
  };
}
