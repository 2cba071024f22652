import type { Applied, GradientRule } from "../gradient-rule.ts";

/** X Y of one or two axes a side, or several of them: G Y' and X' G, an axis that is not there taken for one of size 1. */
const matMulRule: GradientRule = ({ write, inputs: [x, y], given }) => {
  const [left, right] = [write.shapeOf(x!), write.shapeOf(y!)];
  const product = (a: number, b: number) => write.apply("MatMul", [a, b]);
  const upright = (column: number) => write.reshape(column, [...write.shapeOf(column), 1]);
  const turnEach = (products: number) => write.apply("Transpose", [products], { perm: [0, 2, 1] });
  const gradients = {
    "1x1": [() => write.mul(given, y!), () => write.mul(given, x!)],
    "1x2": [() => product(y!, given), () => write.mul(upright(x!), given)],
    "2x1": [() => write.mul(upright(given), y!), () => product(write.turn(x!), given)],
    "2x2": [() => product(given, write.turn(y!)), () => product(write.turn(x!), given)],
    "3x3": [() => product(given, turnEach(y!)), () => product(turnEach(x!), given)],
  } as const;
  return gradients[`${left.length}x${right.length}` as keyof typeof gradients];
};

/** alpha A B + beta C, where A or B may have been turned first. */
const gemmRule: GradientRule = ({ write, inputs: [a, b, c], attributes, given }) => {
  const { alpha, beta, transA, transB } = attributes as Readonly<Record<string, number>>;
  const product = (left: number, right: number, isLeft: boolean, isRight: boolean) =>
    write.apply("Gemm", [left, right], { alpha: alpha!, transA: isLeft ? 1 : 0, transB: isRight ? 1 : 0 });
  const [isA, isB] = [transA === 1, transB === 1];
  return [
    () => (isA ? product(b!, given, isB, true) : product(given, b!, false, !isB)),
    () => (isB ? product(given, a!, true, isA) : product(a!, given, !isA, false)),
    () => write.sumTo(write.times(given, beta!), write.shapeOf(c!)),
  ];
};

/** x with A x = b: the gradient of b solves the turned system, and that of A is -(it) x'. */
const solveRule: GradientRule = ({ write, inputs: [a, b], output, given }) => {
  const ofRight = () => write.apply("Solve", [write.turn(a!), given]);
  const ofLeft = () => {
    const turned = ofRight();
    const isColumn = write.shapeOf(b!).length === 1;
    const upright = isColumn ? write.reshape(turned, [...write.shapeOf(turned), 1]) : turned;
    const outer = isColumn ? write.mul(upright, output) : write.apply("MatMul", [turned, write.turn(output)]);
    return write.apply("Neg", [outer]);
  };
  return [ofLeft, ofRight];
};

const inverseRule: GradientRule = ({ write, output, given }: Applied) => [
  () => {
    const turned = write.turn(output);
    const product = write.apply("MatMul", [write.apply("MatMul", [turned, given]), turned]);
    return write.apply("Neg", [product]);
  },
];

export const productRules: readonly (readonly [string, GradientRule])[] = [
  ["MatMul", matMulRule],
  ["Gemm", gemmRule],
  ["Solve", solveRule],
  ["Inverse", inverseRule],
];
