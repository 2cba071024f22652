import { axisFromFront } from "../../shape/shape.ts";
import type { GradientRule } from "../gradient-rule.ts";

/** y (g - sum(g y)) along the axis. */
const softmaxRule: GradientRule = ({ write, attributes, output, given }) => [
  () => {
    const weighed = write.sum(write.mul(given, output), [attributes.axis as number]);
    return write.mul(output, write.sub(given, weighed));
  },
];

/** g - e^y sum(g) along the axis. */
const logSoftmaxRule: GradientRule = ({ write, attributes, output, given }) => [
  () => {
    const total = write.sum(given, [attributes.axis as number]);
    return write.sub(given, write.mul(write.apply("Exp", [output]), total));
  },
];

/** With z the normalised x and h = g scale: (h - mean(h) - z mean(h z)) / deviation. */
const layerNormalizationRule: GradientRule = (applied) => {
  const { write, inputs, attributes, given } = applied;
  const [x, scale, bias] = inputs as readonly [number, number, number | undefined];
  const rank = write.shapeOf(x).length;
  const first = axisFromFront(attributes.axis as number, rank);
  const axes = Array.from({ length: rank - first }, (_, at) => first + at);
  const mean = (of: number) => write.apply("ReduceMean", [of], { axes, keepdims: 1 });
  const normal = () => {
    const distance = write.sub(x, mean(x));
    const variance = mean(write.mul(distance, distance));
    const deviation = write.apply("Sqrt", [write.add(variance, write.number(attributes.epsilon as number))]);
    return { deviation, z: write.div(distance, deviation) };
  };
  return [
    () => {
      const { deviation, z } = normal();
      const scaled = write.mul(given, scale);
      const rest = write.sub(write.sub(scaled, mean(scaled)), write.mul(z, mean(write.mul(scaled, z))));
      return write.div(rest, deviation);
    },
    () => write.sumTo(write.mul(given, normal().z), write.shapeOf(scale)),
    bias === undefined ? undefined : () => write.sumTo(given, write.shapeOf(bias)),
  ];
};

export const normalFormRules: readonly (readonly [string, GradientRule])[] = [
  ["Softmax", softmaxRule],
  ["LogSoftmax", logSoftmaxRule],
  ["LayerNormalization", layerNormalizationRule],
];
