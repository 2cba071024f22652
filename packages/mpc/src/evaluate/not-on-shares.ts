const trigonometry = "of secrets (no polynomial for it is kept here)";
const places = "of secrets (a place that is secret would take a comparison with every other)";
const order = "of secrets (sorting would take a comparison of every pair)";
const counts = "of secrets (add up comparisons with the edges instead)";
const atOwner = "of secrets (an owner's mechanism answers it beside the rows)";
const quotients = "of secrets (divide a sum by a count instead)";

/** Operations without a reading on shares, and why, as the end of a sentence that begins with the operation's name. */
export const notOnShares: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Acos: trigonometry,
    Erf: trigonometry,
    Gelu: trigonometry,
    MaxPoolIndices: places,
    ArgSort: order,
    Asin: trigonometry,
    Asinh: trigonometry,
    Atan: trigonometry,
    ChooseAbove: atOwner,
    ChooseGreatest: atOwner,
    ChooseQuantile: atOwner,
    Correlation: quotients,
    Cos: trigonometry,
    Cosh: trigonometry,
    CountPeople: atOwner,
    EigenSymmetric: "of secrets (how many steps it takes depends on the numbers)",
    Histogram: counts,
    LabelEncoder: "of secrets (texts are compared where they are)",
    MeanWhere: quotients,
    Quantile: order,
    QuantileOfCounts: "of secrets (open the counts first)",
    Round:
      "of secrets (ties go to the even number, which takes another comparison; floor(x + 0.5) is computed)",
    Sin: trigonometry,
    Sinh: trigonometry,
    SumByPerson: atOwner,
    Tan: trigonometry,
    TopK: order,
    VarianceWhere: quotients,
  }),
);
