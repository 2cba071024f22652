// What training makes small: one number for each row, from the model's results and what they should be.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { apply, number, sumOver, times, type Value } from "../model/value.ts";

export type TrainingLoss = {
  readonly name: "cross-entropy" | "squared-error" | "logistic";
  /** Numbers that say what one row should be, from its label or labels; `outputs` is how many results the model has. */
  readonly targets: (
    labels: ArrayLike<number>,
    rows: number,
    outputs: number,
  ) => Result<Float32Array, Problem>;
  /** [rows] from results and targets of [rows, outputs]. */
  readonly each: (results: Value, targets: Value) => Value;
  /** 1 where a row's label would have been guessed; nothing for a loss without labels. */
  readonly isRight?: (results: Value, targets: Value) => Value;
};

/** Labels are classes, whole numbers from 0. The model's results are logits. */
export function crossEntropy(): TrainingLoss {
  return {
    name: "cross-entropy",
    targets: (labels, rows, outputs) => {
      const targets = new Float32Array(rows * outputs);
      for (let row = 0; row < rows; row++) {
        const label = labels[row]!;
        if (!Number.isInteger(label) || label < 0 || label >= outputs)
          return outOfRange(`from 0 to ${outputs - 1}`);
        targets[row * outputs + label] = 1;
      }
      return labels.length === rows ? ok(targets) : miscounted(rows);
    },
    each: (results, targets) => {
      const picked = sumOver(times(apply("LogSoftmax", [results], { axis: -1 }), targets), [1]);
      return apply("Neg", [picked]);
    },
    isRight: (results, targets) => {
      const [guess, truth] = [results, targets].map((each) => apply("ArgMax", [each], { axis: 1 }));
      return apply("Equal", [guess!, truth!]);
    },
  };
}

/** Labels are 0 and 1, one for each result. The model's results are log odds. */
export function logisticLoss(): TrainingLoss {
  return {
    name: "logistic",
    targets: (labels, rows, outputs) => {
      if (labels.length !== rows * outputs) return miscounted(rows * outputs);
      for (let at = 0; at < labels.length; at++)
        if (labels[at] !== 0 && labels[at] !== 1) return outOfRange("0 or 1");
      return ok(Float32Array.from(labels));
    },
    // ln(1 + e^z) - y z, as max(z, 0) - y z + ln(1 + e^-|z|): no power overflows.
    each: (results, targets) => {
      const softened = apply("Exp", [apply("Neg", [apply("Abs", [results])])]);
      const most = apply("Sub", [apply("Relu", [results]), times(targets, results)]);
      return sumOver(apply("Add", [most, apply("Log", [apply("Add", [number(1), softened])])]), [1]);
    },
    isRight: (results, targets) => {
      const isGuessed = apply("Greater", [results, number(0)]);
      const wrong = apply("Abs", [apply("Sub", [isGuessed, targets])]);
      return apply("Equal", [sumOver(wrong, [1]), number(0)]);
    },
  };
}

/** Half the squared distance between results and numbers. */
export function squaredError(): TrainingLoss {
  return {
    name: "squared-error",
    targets: (labels, rows, outputs) => {
      if (labels.length !== rows * outputs) return miscounted(rows * outputs);
      for (let at = 0; at < labels.length; at++)
        if (!Number.isFinite(labels[at])) return outOfRange("finite");
      return ok(Float32Array.from(labels));
    },
    each: (results, targets) => {
      const apart = apply("Sub", [results, targets]);
      return times(number(0.5), sumOver(times(apart, apart), [1]));
    },
  };
}

function outOfRange(range: string): Result<never, Problem> {
  return err(
    problem("labels-invalid", `a label is not ${range}`, {
      hint: "as many results as there are classes, counted from 0",
    }),
  );
}

function miscounted(wanted: number): Result<never, Problem> {
  return err(problem("labels-invalid", `there are not as many labels as are needed, which is ${wanted}`));
}
