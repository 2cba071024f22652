// Random queries of the grammar that works, each as the text that we translate and as DuckDB runs it, with a
// bound on its numbers that says how far the grid may round them.

import fc from "fast-check";

export type Written = { readonly ours: string; readonly theirs: string };
export type WrittenNumber = Written & { readonly most: number };
export type Aggregate = Written & {
  readonly kind: "count" | "sum" | "mean" | "spread";
  readonly most: number;
};
export type Query = {
  readonly ours: string;
  readonly theirs: string;
  readonly keys: number;
  readonly aggregates: readonly Aggregate[];
};

export type Row = {
  readonly bmi: number;
  readonly change: number;
  readonly age: number;
  readonly visits: number;
  readonly region: string;
  readonly sex: string;
};

/** Quarters, so that sums of few of them are exact in any order. */
const quarters = (least: number, greatest: number) =>
  fc.integer({ min: least * 4, max: greatest * 4 }).map((value) => value / 4);

export const tables: fc.Arbitrary<readonly Row[]> = fc.array(
  fc.record({
    bmi: quarters(10, 60),
    change: quarters(-4, 4),
    age: fc.integer({ min: 0, max: 120 }),
    visits: fc.integer({ min: 1, max: 5 }),
    region: fc.constantFrom("north", "south", "east"),
    sex: fc.constantFrom("1", "2"),
  }),
  { maxLength: 40, size: "max" },
);

const same = (text: string): Written => ({ ours: text, theirs: text });
const joinBoth = (f: (...parts: string[]) => string, ...parts: readonly Written[]): Written => ({
  ours: f(...parts.map(({ ours }) => ours)),
  theirs: f(...parts.map(({ theirs }) => theirs)),
});

const column: fc.Arbitrary<WrittenNumber> = fc.constantFrom(
  { ...same("bmi"), most: 60 },
  { ...same("change"), most: 4 },
  { ...same("age"), most: 120 },
  { ...same("visits"), most: 5 },
  { ...same("p.age"), most: 120 },
);

const { number, condition } = fc.letrec<{ number: WrittenNumber; condition: Written }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    column,
    quarters(-3, 3).map((value) => ({ ...same(value < 0 ? `(${value})` : `${value}`), most: 3 })),
    fc
      .tuple(fc.constantFrom("+", "-"), tie("number"), tie("number"))
      .map(([sign, x, y]) => ({ ...joinBoth((a, b) => `(${a} ${sign} ${b})`, x, y), most: x.most + y.most })),
    fc
      .tuple(column, quarters(-3, 3))
      .map(([x, by]) => ({ ...joinBoth((a) => `${a} * (${by})`, x), most: x.most * 3 })),
    fc.tuple(tie("number"), fc.constantFrom(2, 4, -8)).map(([x, by]) => ({
      ...joinBoth((a) => `(${a} / ${by})`, x),
      most: x.most,
    })),
    fc.tuple(column, fc.constantFrom(2, 7, -3)).map(([x, by]) => ({
      ...joinBoth((a) => `(${a} % (${by}))`, x),
      most: x.most,
    })),
    fc
      .tuple(fc.constantFrom("abs", "floor", "ceil", "round", "sign"), tie("number"))
      .map(([name, x]) => ({ ...joinBoth((a) => `${name}(${a})`, x), most: x.most + 1 })),
    fc.tuple(fc.constantFrom("greatest", "least"), tie("number"), tie("number")).map(([name, x, y]) => ({
      ...joinBoth((a, b) => `${name}(${a}, ${b})`, x, y),
      most: Math.max(x.most, y.most),
    })),
    fc.tuple(tie("condition"), tie("number"), tie("number")).map(([when, x, y]) => ({
      ...joinBoth((c, a, b) => `CASE WHEN ${c} THEN ${a} ELSE ${b} END`, when, x, y),
      most: Math.max(x.most, y.most),
    })),
    tie("number").map((x) => ({ ...joinBoth((a) => `coalesce(-(${a}), 0)`, x), most: x.most })),
  ),
  condition: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc
      .tuple(column, fc.constantFrom("=", "<>", "<", "<=", ">", ">="), quarters(-2, 60))
      .map(([x, sign, y]) => joinBoth((a) => `${a} ${sign} (${y})`, x)),
    fc
      .tuple(tie("number"), fc.constantFrom("<", ">="), tie("number"))
      .map(([x, sign, y]) => joinBoth((a, b) => `${a} ${sign} ${b}`, x, y)),
    fc
      .tuple(column, fc.constantFrom("BETWEEN", "NOT BETWEEN"), fc.nat(30), fc.nat(60))
      .map(([x, between, low, width]) => joinBoth((a) => `${a} ${between} ${low} AND ${low + width}`, x)),
    fc
      .tuple(fc.constantFrom("IN", "NOT IN"), fc.subarray(["'north'", "'south'", "'east'"], { minLength: 1 }))
      .map(([isIn, list]) => same(`region ${isIn} (${list.join(", ")})`)),
    fc.constantFrom(
      same("sex = '2'"),
      same("region <> 'east'"),
      same("age IS NULL"),
      same("age IS NOT NULL"),
      same("1 = 2"),
    ),
    fc
      .array(fc.integer({ min: 0, max: 120 }), { minLength: 1, maxLength: 5 })
      .map((list) => same(`age IN (${list.join(", ")})`)),
    fc
      .tuple(fc.constantFrom("AND", "OR"), tie("condition"), tie("condition"))
      .map(([word, x, y]) => joinBoth((a, b) => `((${a}) ${word} (${b}))`, x, y)),
    tie("condition").map((x) => joinBoth((a) => `NOT (${a})`, x)),
  ),
}));

const filter = fc.option(condition, { nil: undefined });

const aggregate: fc.Arbitrary<Aggregate> = fc
  .tuple(
    fc.oneof(
      fc.constant({ ...same("count(*)"), kind: "count" as const, most: 1 }),
      number.map((x) => ({ ...joinBoth((a) => `count(${a})`, x), kind: "count" as const, most: 1 })),
      number.map((x) => ({ ...joinBoth((a) => `sum(${a})`, x), kind: "sum" as const, most: x.most })),
      number.map((x) => ({ ...joinBoth((a) => `avg(${a})`, x), kind: "mean" as const, most: x.most })),
      fc.tuple(fc.constantFrom("var_pop", "var_samp", "variance"), number).map(([name, x]) => ({
        ...joinBoth((a) => `${name}(${a})`, x),
        kind: "spread" as const,
        most: x.most ** 2,
      })),
      fc.tuple(number, number).map(([x, y]) => ({
        ...joinBoth((a, b) => `covar_pop(${a}, ${b})`, x, y),
        kind: "spread" as const,
        most: x.most * y.most,
      })),
      fc.tuple(condition, number).map(([when, x]) => ({
        ...joinBoth((c, a) => `sum(CASE WHEN ${c} THEN ${a} END)`, when, x),
        kind: "sum" as const,
        most: x.most,
      })),
    ),
    filter,
  )
  .map(([one, where]) =>
    where === undefined ? one : { ...one, ...joinBoth((a, c) => `${a} FILTER (WHERE ${c})`, one, where) },
  );

const key: fc.Arbitrary<Written> = fc.oneof(
  fc.constantFrom(
    same("region"),
    same("sex"),
    same("visits"),
    same("age"),
    same("floor(age / 10) * 10"),
    same("age % 3"),
    same("CASE WHEN age < 30 THEN 'young' WHEN bmi > 40 THEN 'heavy' ELSE 'other' END"),
    same("CASE region WHEN 'north' THEN 7 WHEN 'south' THEN 1.5 ELSE 7 END"),
    same("CASE sex WHEN '1' THEN region ELSE 'nowhere' END"),
    {
      ours: "width_bucket(bmi, 20, 40, 4)",
      theirs: "CASE WHEN bmi < 20 THEN 0 WHEN bmi >= 40 THEN 5 ELSE floor((bmi - 20) / 5) + 1 END",
    },
  ),
);

/** The table itself, or sub-selects that rename, narrow and calculate, row by row. */
const source: fc.Arbitrary<Written> = fc.tuple(fc.nat(3), condition, condition).map(([shape, one, other]) => {
  const plain = same("clinic AS p");
  if (shape < 2) return plain;
  const inner = joinBoth((c) => `(SELECT * FROM clinic AS p WHERE ${c}) AS p`, one);
  if (shape === 2) return inner;
  return joinBoth(
    (from, c) => `(SELECT bmi, change, age + 0 AS age, visits, region, sex FROM ${from} WHERE ${c}) AS p`,
    inner,
    other,
  );
});

export const queries: fc.Arbitrary<Query> = fc
  .tuple(
    fc.uniqueArray(key, { maxLength: 2, selector: ({ ours }) => ours }),
    fc.array(aggregate, { minLength: 1, maxLength: 3 }),
    source,
    filter,
  )
  .map(([keys, aggregates, from, where]) => {
    const text = (side: "ours" | "theirs") => {
      const parts = [...keys, ...aggregates].map((one, at) => `${one[side]} AS c${at}`);
      const narrowed = where === undefined ? "" : ` WHERE ${where[side]}`;
      const grouped = keys.length === 0 ? "" : ` GROUP BY ${keys.map((one) => one[side]).join(", ")}`;
      return `SELECT ${parts.join(", ")} FROM ${from[side]}${narrowed}${grouped}`;
    };
    return { ours: text("ours"), theirs: text("theirs"), keys: keys.length, aggregates };
  });
