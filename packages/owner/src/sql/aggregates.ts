// Aggregates as sums over rows, for all groups at once. A row adds to the one group that it is in, so a
// person moves one number of each sum and not one for each group.
//
// Means are taken around the middle of the declared bounds: |x - middle| is at most half the width, which
// halves the noise. Sums that two aggregates share are written once, are noised once and cost once.

import { problem } from "@unseen/base";
import type { Expression } from "@unseen/program";
import type { Groups } from "./group-keys.ts";
import { quantileOf } from "./quantiles.ts";
import { refuse } from "./refusal.ts";
import type { Cell, RowWriter } from "./row-writer.ts";
import { both, type Scope } from "./scope.ts";

/** The smallest variance that a released one is taken for, as a share of the widest: as `Variance` of the program room. */
const leastVarianceShare = 1e-9;

type Bounds = { readonly least: number; readonly greatest: number; readonly middle: number };

export class Aggregates {
  readonly #writer: RowWriter;
  readonly #groups: Groups | undefined;
  readonly #mask: Cell | undefined;

  /** `filter` narrows the rows that WHERE has left. */
  constructor({ writer, mask }: Scope, groups: Groups | undefined, filter: Cell | undefined) {
    this.#writer = writer;
    this.#groups = groups;
    this.#mask = both(writer, mask, filter === undefined ? undefined : writer.onEachRow(filter));
  }

  count(): Expression {
    const writer = this.#writer;
    if (this.#groups !== undefined) return this.#overRows(this.#hot());
    if (this.#mask !== undefined) return this.#overRows(this.#mask.expression);
    return writer.node("Count", [writer.anyColumn().expression]);
  }

  /** Each person once, in every group that they have a row in. Where nobody has two rows, that is the rows. */
  countPeople(): Expression {
    const writer = this.#writer;
    const { unit } = writer.card;
    if (unit.kind === "row" || unit.mostRowsEach === 1) return this.count();
    const each =
      this.#groups !== undefined
        ? this.#hot()
        : (this.#mask?.expression ?? writer.node("RowOnes", [writer.anyColumn().expression]));
    return writer.node("CountPeople", [each], { mostGroupsEach: 0 });
  }

  sum(x: Cell): Expression {
    const { least, greatest } = this.#boundsOf(x);
    if (least === greatest) return this.#op("Mul", this.count(), this.#number(least));
    return this.#sumOf(x);
  }

  /** Of no people, the middle of the bounds. */
  mean(x: Cell): Expression {
    const bounds = this.#boundsOf(x);
    if (bounds.least === bounds.greatest)
      return this.#op("Add", this.#op("Mul", this.count(), this.#number(0)), this.#number(bounds.least));
    const deviation = this.#share(this.#sumOf(this.#centred(x, bounds)));
    const mean = this.#op("Add", this.#number(bounds.middle), deviation);
    return this.#op("Min", this.#op("Max", mean, this.#number(bounds.least)), this.#number(bounds.greatest));
  }

  /** E[(x - m)^2] - E[x - m]^2, times n / (n - correction); never below a small positive number. */
  variance(x: Cell, correction: 0 | 1): Expression {
    const bounds = this.#boundsOf(x);
    if (bounds.least === bounds.greatest) return this.#op("Mul", this.count(), this.#number(0));
    const centred = this.#centred(x, bounds);
    const first = this.#share(this.#sumOf(centred));
    const second = this.mean(this.#writer.apply("Pow", [centred, this.#writer.number(2)]));
    const raw = this.#op("Sub", second, this.#op("Mul", first, first));
    const widest = (bounds.greatest - bounds.least) ** 2 / 4;
    return this.#op("Max", this.#corrected(raw, correction), this.#number(widest * leastVarianceShare));
  }

  /** E[(x - mx)(y - my)] - E[x - mx] E[y - my], times n / (n - correction). */
  covariance(x: Cell, y: Cell, correction: 0 | 1): Expression {
    const [bx, by] = [this.#boundsOf(x), this.#boundsOf(y)];
    if (bx.least === bx.greatest || by.least === by.greatest)
      return this.#op("Mul", this.count(), this.#number(0));
    const [cx, cy] = [this.#centred(x, bx), this.#centred(y, by)];
    const product = this.#share(this.#sumOf(this.#writer.apply("Mul", [cx, cy])));
    const first = this.#op("Mul", this.#share(this.#sumOf(cx)), this.#share(this.#sumOf(cy)));
    return this.#corrected(this.#op("Sub", product, first), correction);
  }

  correlation(x: Cell, y: Cell): Expression {
    for (const { least, greatest } of [this.#boundsOf(x), this.#boundsOf(y)]) {
      if (least === greatest)
        refuse(
          problem("bounds-unknown", "CORR of a constant has no value", { hint: "take columns that vary" }),
        );
    }
    const spread = this.#writer.node("Sqrt", [this.#op("Mul", this.variance(x, 0), this.variance(y, 0))]);
    const share = this.#op("Div", this.covariance(x, y, 0), spread);
    return this.#writer.node("Clip", [share], { min: -1, max: 1 });
  }

  /** Of no people, the middle of the bounds. `share` lies between 0 and 1. */
  quantile(x: Cell, share: number): Expression {
    const bounds = this.#boundsOf(x);
    if (bounds.least === bounds.greatest) return this.mean(x);
    return quantileOf(this.#writer, x, share, bounds, this.#groups, this.#mask);
  }

  #corrected(value: Expression, correction: 0 | 1): Expression {
    if (correction === 0) return value;
    const free = this.#op("Max", this.#op("Sub", this.#people(), this.#number(1)), this.#number(1));
    return this.#op("Mul", value, this.#op("Div", this.#people(), free));
  }

  #share(total: Expression): Expression {
    return this.#op("Div", total, this.#people());
  }

  /** How many rows there are, and one where noise says that there are fewer. */
  #people(): Expression {
    return this.#op("Max", this.count(), this.#number(1));
  }

  #sumOf(x: Cell): Expression {
    const writer = this.#writer;
    const each = writer.onEachRow(x).expression;
    if (this.#groups !== undefined) {
      const column = writer.node("Reshape", [each], { shape: [0, 1] });
      return this.#overRows(writer.node("Mul", [this.#hot(), column]));
    }
    if (this.#mask === undefined) return this.#overRows(each);
    return this.#overRows(writer.node("Where", [this.#mask.expression, each, this.#number(0)]));
  }

  /** A row's group as a row of zeros with at most a single one; all zeros for a row that is left out. */
  #hot(): Expression {
    const writer = this.#writer;
    const { index, count } = this.#groups!;
    const each = writer.onEachRow(index).expression;
    const kept =
      this.#mask === undefined ? each : writer.node("Where", [this.#mask.expression, each, this.#number(-1)]);
    return writer.node("OneHot", [kept], { depth: count });
  }

  #overRows(each: Expression): Expression {
    return this.#writer.node("ReduceSum", [each], { axes: [0], keepdims: 0 });
  }

  #centred(x: Cell, { middle }: Bounds): Cell {
    return middle === 0 ? x : this.#writer.apply("Sub", [x, this.#writer.number(middle)]);
  }

  #boundsOf({ facts }: Cell): Bounds {
    const [least, greatest] =
      facts.kind === "public" ? [facts.value.data[0]!, facts.value.data[0]!] : [facts.lo[0]!, facts.hi[0]!];
    if (Number.isFinite(least) && Number.isFinite(greatest))
      return { least, greatest, middle: least / 2 + greatest / 2 };
    const why =
      facts.kind === "rows" && facts.unboundedBecause !== undefined ? `: ${facts.unboundedBecause}` : "";
    return refuse(
      problem("bounds-unknown", `what one person adds to an aggregate has no bound${why}`, {
        hint: "hold it between bounds that you choose without looking: LEAST(GREATEST(x, 0), 10)",
      }),
    );
  }

  #op(name: string, x: Expression, y: Expression): Expression {
    return this.#writer.node(name, [x, y]);
  }

  #number(value: number): Expression {
    return this.#writer.number(value).expression;
  }
}
