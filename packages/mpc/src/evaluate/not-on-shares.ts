const trigonometry = "of secrets (no polynomial for it is kept here)";
const order = "of secrets (sorting would take a comparison of every pair)";
const later = "of secrets yet";

/** Operations without a reading on shares, and why, as the end of a sentence that begins with the operation's name. */
export const notOnShares: ReadonlyMap<string, string> = new Map([
  ...["Acos", "Asin", "Asinh", "Atan", "Cos", "Cosh", "Sin", "Sinh", "Tan"].map(
    (name) => [name, trigonometry] as const,
  ),
  ...["ArgSort", "TopK"].map((name) => [name, order] as const),
  ["EigenSymmetric", "of secrets (how many steps it takes depends on the numbers)"],
  ...[
    "Ceil",
    "Correlation",
    "Covariance",
    "CumSum",
    "Div",
    "Exp",
    "Floor",
    "Histogram",
    "Inverse",
    "Log",
    "MeanWhere",
    "Pow",
    "Quantile",
    "QuantileOfCounts",
    "Reciprocal",
    "Round",
    "Sigmoid",
    "Solve",
    "Sqrt",
    "StandardDeviation",
    "Tanh",
    "Variance",
    "VarianceWhere",
  ].map((name) => [name, later] as const),
]);
