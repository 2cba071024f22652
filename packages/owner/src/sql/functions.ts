// Functions of one row by name. Each is a rule over numbers of the same row; what draws at random, reads a
// clock or makes a row into many has none.

import type { FuncCall } from "libpg-query";
import { quoted, refuseClause } from "./refusal.ts";
import { remainder, rounded, truncated } from "./rounding.ts";
import { mostGroups, numberOf, type RowValue } from "./row-value.ts";
import type { Cell, RowWriter } from "./row-writer.ts";

type Rule = {
  readonly inputs: readonly [fewest: number, most: number];
  readonly apply: (writer: RowWriter, inputs: readonly Cell[]) => Cell;
};

const one = (operation: string): Rule => ({
  inputs: [1, 1],
  apply: (writer, inputs) => writer.apply(operation, inputs),
});

const byTen: Rule = {
  inputs: [1, 1],
  apply: (writer, inputs) => writer.apply("Mul", [writer.apply("Log", inputs), writer.number(Math.LOG10E)]),
};

const rules: ReadonlyMap<string, Rule> = new Map(
  Object.entries<Rule>({
    abs: one("Abs"),
    sqrt: one("Sqrt"),
    exp: one("Exp"),
    ln: one("Log"),
    log: byTen,
    log10: byTen,
    floor: one("Floor"),
    ceil: one("Ceil"),
    ceiling: one("Ceil"),
    sign: one("Sign"),
    power: { inputs: [2, 2], apply: (writer, inputs) => writer.apply("Pow", inputs) },
    pow: { inputs: [2, 2], apply: (writer, inputs) => writer.apply("Pow", inputs) },
    mod: { inputs: [2, 2], apply: (writer, [x, y]) => remainder(writer, x!, y!) },
    trunc: { inputs: [1, 1], apply: (writer, [x]) => truncated(writer, x!) },
    round: {
      inputs: [1, 2],
      apply: (writer, [x, digits]) => rounded(writer, x!, digits === undefined ? 0 : publicNumber(digits)),
    },
  }),
);

/** `inputs` are worked out after the function is known to be one. */
export function functionValue(
  writer: RowWriter,
  name: string,
  call: FuncCall,
  inputs: () => readonly Cell[],
): RowValue {
  const rule = rules.get(name);
  if (rule === undefined && name !== "width_bucket") return refuseFunction(name);
  refuseModifiers(name, call);
  const args = call.args ?? [];
  if (rule === undefined) {
    if (args.length !== 4)
      return refuseClause(
        "WIDTH_BUCKET with other than four values",
        "its bins are not known",
        "write WIDTH_BUCKET(x, least, greatest, bins)",
      );
    return widthBucket(writer, inputs());
  }
  const [fewest, most] = rule.inputs;
  if (args.length < fewest || args.length > most) {
    const wanted = fewest === most ? `${fewest}` : `${fewest} or ${most}`;
    return refuseClause(
      `${name.toUpperCase()} of ${args.length} values`,
      `it takes ${wanted}`,
      "docs/sql.md lists the functions",
    );
  }
  return numberOf(rule.apply(writer, inputs()));
}

/** What only aggregates have, and arguments that are not simply one after the other. */
export function refuseModifiers(name: string, call: FuncCall): void {
  const has = (what: unknown) => what !== undefined && what !== false;
  const isOdd =
    has(call.agg_order) ||
    has(call.agg_filter) ||
    has(call.agg_distinct) ||
    has(call.agg_star) ||
    has(call.agg_within_group) ||
    has(call.func_variadic);
  if (isOdd)
    refuseClause(
      `${name.toUpperCase()} with DISTINCT, ORDER BY, FILTER, VARIADIC or *`,
      "it is a function of one row",
      "leave it out",
    );
}

/** 0 below `least`, 1 to `bins` inside, and `bins` + 1 from `greatest` on. */
function widthBucket(writer: RowWriter, [x, least, greatest, bins]: readonly Cell[]): RowValue {
  const [low, high, count] = [publicNumber(least!), publicNumber(greatest!), publicNumber(bins!)];
  if (!(low < high) || !Number.isInteger(count) || count < 1 || count > mostGroups)
    return refuseClause(
      "these bins of WIDTH_BUCKET",
      `they need least < greatest and 1 to ${mostGroups} bins`,
      "as in WIDTH_BUCKET(age, 0, 100, 10)",
    );
  const shifted = writer.apply("Sub", [x!, writer.number(low)]);
  const scaled = writer.apply("Mul", [shifted, writer.number(count)]);
  const place = writer.apply("Floor", [writer.apply("Div", [scaled, writer.number(high - low)])]);
  const bucket = writer.apply("Add", [place, writer.number(1)]);
  return numberOf(writer.apply("Clip", [bucket], { min: 0, max: count + 1 }));
}

function publicNumber({ facts }: Cell): number {
  if (facts.kind === "public") return facts.value.data[0]!;
  return refuseClause(
    "a column in this place",
    "it has to be a number that is the same for every row",
    "write a number",
  );
}

const reasons: readonly (readonly [RegExp, why: string, nearest: string])[] = [
  [
    /^(min|max)$/,
    "it shows what a single person has",
    "ask for a quantile: QUANTILE(x, 0.01) or QUANTILE(x, 0.99)",
  ],
  [
    /^(first|last|any_value|mode|bool_and|bool_or|every|bit_and|bit_or|bit_xor)$/,
    "it shows what a single person has",
    "ask for the counts by range: WIDTH_BUCKET(x, least, greatest, bins) with GROUP BY and COUNT(*)",
  ],
  [
    /^(percentile_disc|quantile_disc|approx_quantiles?|ntile)$/,
    "it shows a value that a single person has",
    "ask for what lies between such values: QUANTILE(x, 0.5), or PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x)",
  ],
  [
    /agg$|^string_agg|^array|^grouping$|^xml|^json/,
    "it lists rows or shows which were grouped",
    "ask for COUNT(*) with GROUP BY",
  ],
  [
    /^(approx_)?count_distinct$|^approx_/,
    "it shows which values there are",
    "group by declared values and count the rows of each",
  ],
  [
    /^(random|now|clock_timestamp|nextval|setseed|gen_random_uuid|uuid|current_|statement_|transaction_|timeofday)/,
    "its value is another each time",
    "write a constant",
  ],
  [
    /^(pg_|lo_|dblink|read_|copy|query_to|database_|set_config|current_setting)/,
    "nothing of the owner's machine can be reached",
    "ask about the dataset's columns",
  ],
  [
    /^(lower|upper|length|substr|substring|concat|trim|btrim|replace|left|right|position|strpos|like|regexp|format|to_char|md5|chr|ascii|initcap|split_part)/,
    "texts are declared categories, and are not taken apart",
    "compare them: column IN ('a', 'b'), or CASE column WHEN 'a' THEN ... END",
  ],
];

export function refuseFunction(name: string): never {
  const [
    ,
    why = "no rule is known for it",
    nearest = `the functions are ${[...rules.keys()].join(", ")}, width_bucket, greatest, least and coalesce; the aggregates count, sum, avg, var_*, stddev_*, covar_*, corr, median, quantile and percentile_cont`,
  ] = reasons.find(([pattern]) => pattern.test(name)) ?? [];
  return refuseClause(`the function ${quoted(name)}`, why, nearest);
}
