const steps = "it moves in steps, and is flat between them";
const counts = "it counts, and a count stays the same while numbers move a little";
const order = "it tells an order, which stays the same while numbers move a little";
const unwritten = "write it with sums and products, which have gradients";

/** Operations that no gradient is followed through, and why. */
export const notDifferentiable: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ArgMax: order,
    ArgSort: order,
    Ceil: steps,
    ChooseAbove: order,
    ChooseGreatest: order,
    ChooseQuantile: order,
    Correlation: unwritten,
    CountPeople: counts,
    EigenSymmetric: "where two eigenvalues are equal there is no gradient of their vectors",
    Floor: steps,
    Histogram: counts,
    LabelEncoder: "it looks values up in a list",
    MeanWhere: unwritten,
    OneHot: steps,
    Quantile: counts,
    QuantileOfCounts: steps,
    Round: steps,
    SumByPerson: "it holds people, which only the owner of the rows can tell apart",
    TopK: "gather the values at the places of argSort, which can be told apart",
    VarianceWhere: unwritten,
  }),
);
