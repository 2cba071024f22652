// What each sign between two values records, or calculates where both are plain numbers.

import type { NestedNumbers } from "@unseen/program";
import { AskRefused } from "unseen";
import type { Recorder } from "./functions.ts";
import type { BinaryOperator } from "./parse-expression.ts";

export function applied<T extends Recorder<T>>(
  operator: BinaryOperator,
  one: T,
  other: T | NestedNumbers,
): T {
  switch (operator) {
    case "+":
      return one.add(other);
    case "-":
      return one.sub(other);
    case "*":
      return one.mul(other);
    case "/":
      return one.div(other);
    case "^":
      return one.pow(other);
    case ">":
      return one.greater(other);
    case ">=":
      return one.greaterOrEqual(other);
    case "<":
      return one.less(other);
    case "<=":
      return one.lessOrEqual(other);
    case "==":
      return one.equal(other);
    case "!=":
      return one.equal(other).not();
    case "and":
      return one.and(other);
    case "or":
      return one.or(other);
    default:
      return operator satisfies never;
  }
}

/** Numbers on the left: every method belongs to a tensor, so the operation is written from its other side. */
export function appliedToNumbers<T extends Recorder<T>>(
  operator: BinaryOperator,
  numbers: NestedNumbers,
  tensor: T,
): T {
  switch (operator) {
    case "-":
      return tensor.neg().add(numbers);
    case "/":
      return tensor.reciprocal().mul(numbers);
    case "^":
      return tensor.mul(eachNumber(numbers, logarithm)).exp();
    case ">":
      return tensor.less(numbers);
    case ">=":
      return tensor.lessOrEqual(numbers);
    case "<":
      return tensor.greater(numbers);
    case "<=":
      return tensor.greaterOrEqual(numbers);
    default:
      return applied(operator, tensor, numbers);
  }
}

function logarithm(base: number): number {
  if (base > 0) return Math.log(base);
  throw new AskRefused({
    code: "constant-not-finite",
    message: "only a number above 0 is raised to a column's power",
  });
}

export function calculated(operator: BinaryOperator, one: number, other: number): number {
  switch (operator) {
    case "+":
      return one + other;
    case "-":
      return one - other;
    case "*":
      return one * other;
    case "/":
      return one / other;
    case "^":
      return one ** other;
    case ">":
      return Number(one > other);
    case ">=":
      return Number(one >= other);
    case "<":
      return Number(one < other);
    case "<=":
      return Number(one <= other);
    case "==":
      return Number(one === other);
    case "!=":
      return Number(one !== other);
    case "and":
      return Number(one !== 0 && other !== 0);
    case "or":
      return Number(one !== 0 || other !== 0);
    default:
      return operator satisfies never;
  }
}

export function eachNumber(nested: NestedNumbers, change: (one: number) => number): NestedNumbers {
  return typeof nested === "number" ? change(nested) : nested.map((inner) => eachNumber(inner, change));
}
