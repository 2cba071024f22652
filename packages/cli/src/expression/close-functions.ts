// What was meant by a function's name that is not there.

/** What the functions are called elsewhere: spreadsheets, numpy, R, SQL. */
const elsewhere: Readonly<Record<string, string>> = {
  average: "mean",
  avg: "mean",
  total: "sum",
  n: "count",
  len: "count",
  variance: "var",
  stdev: "std",
  stddev: "std",
  sd: "std",
  hist: "histogram",
  table: "counts",
  value_counts: "counts",
  cov: "covariance",
  ifelse: "where",
  if: "where",
  clamp: "clip",
  ln: "log",
  power: "the operator ^, as in x^2",
  pow: "the operator ^, as in x^2",
  dot: "matmul",
  inv: "inverse",
  logistic: "sigmoid",
};

const mostEdits = 2;
const mostNames = 3;

/** Up to three of `names`, nearest first; or what the name stands for elsewhere. */
export function closeFunctions(wanted: string, names: readonly string[]): readonly string[] {
  const lower = wanted.toLowerCase().slice(0, 40);
  if (Object.hasOwn(elsewhere, lower)) return [elsewhere[lower]!];
  return names
    .map((name) => ({
      name,
      edits: name.startsWith(lower) || lower.startsWith(name) ? 0 : editsBetween(lower, name),
    }))
    .filter(({ edits }) => edits <= Math.min(mostEdits, lower.length - 1))
    .toSorted((a, b) => a.edits - b.edits)
    .slice(0, mostNames)
    .map(({ name }) => name);
}

/** Letters added, left out or changed (Levenshtein), a row of the table at a time. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries())
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + Number(letter !== other)));
    row = next;
  }
  return row.at(-1)!;
}
