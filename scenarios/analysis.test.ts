// The questions that people ask, from the researcher's line to a table with names: without noise each is what
// plain statistics give, and each costs the sums that its page says.

import fc from "fast-check";
import { type AnalysisQuestion, AskRefused, combineSums, type RemoteDataset } from "unseen";
import { expect, test } from "vitest";
import { type Column, flat, worldOf } from "./analysis-world.ts";

const schema: Readonly<Record<string, Column>> = {
  age: { type: "integer", bounds: [0, 100] },
  bmi: { type: "number", bounds: [10, 60] },
  region: { type: "category", categories: ["north", "south", "east"] },
  smokes: { type: "integer", bounds: [0, 1] },
};
const row = fc.record({
  age: fc.integer({ min: 0, max: 100 }),
  bmi: fc.integer({ min: 100, max: 600 }).map((tenths) => tenths / 10),
  region: fc.integer({ min: 0, max: 2 }),
  smokes: fc.integer({ min: 0, max: 1 }),
});
type Person = { age: number; bmi: number; region: number; smokes: number };
const byColumn = (people: readonly Person[]) => ({
  age: people.map(({ age }) => age),
  bmi: people.map(({ bmi }) => bmi),
  region: people.map(({ region }) => region),
  smokes: people.map(({ smokes }) => smokes),
});
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Enough people in every group, with something to tell apart. */
const cohort: readonly Person[] = Array.from({ length: 120 }, (_, at) => ({
  age: (at * 37) % 101,
  bmi: 15 + ((at * 53) % 400) / 10,
  region: (at * 7) % 3,
  smokes: Number((at * 37) % 101 > 40 + ((at * 11) % 30)),
}));

const analyses: Readonly<Record<string, (dataset: RemoteDataset) => AnalysisQuestion>> = {
  "a count by group": (all) => all.groupBy("region").count(),
  "a sum by group": (all) => all.groupBy("region").sum("bmi"),
  "a mean by two columns": (all) => all.groupBy("region", "smokes").mean("bmi"),
  "a deviation by group": (all) => all.groupBy("region").std("age"),
  "a histogram by group": (all) => all.groupBy("region").histogram("bmi", 5, 20, 45),
  "a two-way table": (all) => all.twoWayTable("region", "smokes"),
  "the commonest": (all) => all.topK("region", 2),
  correlation: (all) => all.correlation("age", "bmi", "smokes"),
  "a linear regression": (all) => all.linearRegression({ features: ["age", "smokes"], target: "bmi" }),
  "a ridge regression": (all) => all.linearRegression({ features: ["age"], target: "bmi", ridge: 20 }),
  "a logistic regression": (all) =>
    all.logisticRegression({ features: ["age", "bmi"], target: "smokes", iterations: 6 }),
  "k-means": (all) => all.kMeans({ k: 3, columns: ["age", "bmi"], iterations: 4 }),
  "principal components": (all) => all.pca({ columns: ["age", "bmi", "smokes"], components: 2 }),
  "of the correlation": (all) => all.pca({ columns: ["age", "bmi"], standardise: true }),
};

test.each(Object.entries(analyses))(
  "%s: without noise, the planned answer is the plain one",
  async (_, ask) => {
    const planned = await ask((await worldOf(schema, byColumn(cohort))).dataset).get(1);
    const plain = await ask((await worldOf(schema, byColumn(cohort), { answered: "plain" })).dataset).get(1);
    expect(planned.tables.map(({ labels }) => labels)).toEqual(plain.tables.map(({ labels }) => labels));
    for (const [which, table] of plain.tables.entries()) {
      const values = flat(planned.tables[which]!.value);
      for (const [at, value] of flat(table.value).entries())
        expect(Math.abs(values[at]! - value), `${table.name} ${at}`).toBeLessThanOrEqual(
          1e-3 * Math.max(1, Math.abs(value)),
        );
    }
    expect(String(planned)).toMatch(/ ± 1.*\n\(± 95 %\); spent epsilon 1, epsilon 2 remaining$/s);
  },
);

test("groups are the card's, with zero people too, and each number stands under its names", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 30 }), async (people) => {
      const { dataset, plans } = await worldOf(schema, byColumn(people));
      const counts = await dataset.groupBy("region", "smokes").count().get(1);
      expect(counts.labels).toEqual([
        ["north", "south", "east"],
        ["0", "1"],
      ]);
      for (const [region, name] of ["north", "south", "east"].entries())
        for (const smokes of [0, 1])
          expect(counts.at(name, String(smokes))?.value).toBe(
            people.filter((one) => one.region === region && one.smokes === smokes).length,
          );
      expect(plans.at(-1)!.cuts.length).toBe(1);
      const means = await dataset.groupBy("region").mean("bmi").get(1);
      for (const [region, name] of ["north", "south", "east"].entries()) {
        const own = people.filter((one) => one.region === region).map(({ bmi }) => bmi);
        expect(means.at(name)!.value).toBeCloseTo(own.length === 0 ? 35 : mean(own), 4);
      }
    }),
    { numRuns: 30 },
  );
});

test("a filter holds for every question, and the mean of nobody tells nothing", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 30 }),
      fc.integer({ min: -1, max: 100 }),
      async (people, limit) => {
        const { dataset } = await worldOf(schema, byColumn(people));
        const old = dataset.filter(dataset.column("age").greater(limit));
        const own = people.filter(({ age }) => age > limit);
        const bmi = old.column("bmi");
        const value = async (asked: { get(offer: number): Promise<{ readonly value: unknown }> }) =>
          flat((await asked.get(0.1)).value);
        expect(await value(old.count())).toEqual([own.length]);
        expect(await value(bmi.count())).toEqual([own.length]);
        expect((await value(bmi.sum()))[0]).toBeCloseTo(
          own.reduce((sum, one) => sum + one.bmi, 0),
          3,
        );
        expect((await value(bmi.mean()))[0]).toBeCloseTo(
          own.length === 0 ? 35 : mean(own.map((one) => one.bmi)),
          4,
        );
        expect((await value(bmi.sub(10).mul(2).mean(0)))[0]).toBeCloseTo(
          own.length === 0 ? 50 : 2 * mean(own.map((one) => one.bmi)) - 20,
          4,
        );
        const bins = await value(bmi.histogram(5, 10, 60));
        expect(bins.reduce((sum, one) => sum + one, 0)).toBe(own.length);
        const [median] = await value(bmi.median({ bins: 500 }));
        const sorted = own.map((one) => one.bmi).toSorted((a, b) => a - b);
        if (own.length === 0) expect(median).toBe(35.05);
        else {
          // Of an even number of people, all between the two in the middle are medians.
          const [low, high] = [sorted[Math.ceil(own.length / 2) - 1]!, sorted[Math.floor(own.length / 2)]!];
          expect(median!).toBeGreaterThanOrEqual(low - 0.1);
          expect(median!).toBeLessThanOrEqual(high + 0.1);
        }
        const regions = await old.groupBy("region").count().get(0.1);
        expect(flat(regions.value).reduce((sum, one) => sum + one, 0)).toBe(own.length);
        const both = old.filter(dataset.column("smokes"));
        expect(await value(both.count())).toEqual([own.filter(({ smokes }) => smokes === 1).length]);
        const deviation = (await value(bmi.std()))[0]!;
        if (own.length > 0) {
          const middle = mean(own.map((one) => one.bmi));
          const variance = mean(own.map((one) => (one.bmi - middle) ** 2));
          expect(deviation).toBeCloseTo(Math.sqrt(variance), 1);
        }
      },
    ),
    { numRuns: 30 },
  );
});

test("a regression has the coefficients that made the data, in their own units, from one sum", async () => {
  const age = Array.from({ length: 60 }, (_, at) => (at * 17) % 100);
  const smokes = age.map((_, at) => at % 2);
  const bmi = age.map((one, at) => 20 + 0.2 * one - 4 * smokes[at]!);
  const { dataset, plans } = await worldOf(schema, { age, bmi, smokes, region: age.map(() => 0) });
  const fit = await dataset.linearRegression({ features: ["age", "smokes"], target: "bmi" }).get(1);
  expect(fit.at("age")!.value).toBeCloseTo(0.2, 4);
  expect(fit.at("smokes")!.value).toBeCloseTo(-4, 3);
  expect(fit.at("intercept")!.value).toBeCloseTo(20, 3);
  expect(plans.at(-1)!.cuts.length).toBe(1);
  const price = await dataset.linearRegression({ features: ["age"], target: "bmi" }).price(0.5);
  expect(flat(price.expectedPlusMinus).length).toBe(2);
});

test("a logistic regression without noise is plain gradient descent, a stage a step", async () => {
  const iterations = 8;
  const { dataset, plans } = await worldOf(schema, byColumn(cohort));
  const asked = dataset.logisticRegression({
    features: ["age", "bmi"],
    target: "smokes",
    iterations,
    step: 3,
  });
  const fit = await asked.get(1);
  const x = cohort.map(({ age, bmi }) => [(age - 50) / 50, (bmi - 35) / 25, 1]);
  let w = [0, 0, 0];
  for (let round = 0; round < iterations; round++) {
    const misses = x.map(
      (one, at) =>
        1 / (1 + Math.exp(-one.reduce((sum, value, k) => sum + value * w[k]!, 0))) - cohort[at]!.smokes,
    );
    w = w.map((weight, k) => weight - 3 * mean(x.map((one, at) => one[k]! * misses[at]!)));
  }
  expect(fit.at("age")!.value).toBeCloseTo(w[0]! / 50, 5);
  expect(fit.at("bmi")!.value).toBeCloseTo(w[1]! / 25, 5);
  expect(fit.at("intercept")!.value).toBeCloseTo(w[2]! - w[0]! - (w[1]! * 35) / 25, 4);
  const [plan] = plans;
  expect([plan!.stages, plan!.cuts.length]).toEqual([iterations, iterations + 1]);
});

test("a comparison can be what a logistic regression explains, and a column of other numbers cannot", async () => {
  const { dataset } = await worldOf(schema, byColumn(cohort));
  const target = dataset.column("bmi").greater(35);
  const fit = await dataset.logisticRegression({ features: ["bmi"], target }).get(1);
  expect(fit.at("bmi")!.value).toBeGreaterThan(0);
  expect(() => dataset.logisticRegression({ features: ["bmi"], target: "age" })).toThrow(
    /zeros and ones\n.*greater\(threshold\)/,
  );
});

test("k-means finds clusters that stand apart", async () => {
  const spots = [
    [20, 20],
    [80, 25],
    [50, 50],
  ] as const;
  const people = Array.from({ length: 90 }, (_, at) => {
    const [age, bmi] = spots[at % 3]!;
    return { age: age + (at % 5) - 2, bmi: bmi + (at % 7) - 3, region: 0, smokes: 0 };
  });
  const { dataset, plans } = await worldOf(schema, byColumn(people));
  const found = await dataset.kMeans({ k: 3, columns: ["age", "bmi"], iterations: 6 }).get(1);
  const centres = (found.value as readonly (readonly number[])[]).toSorted((a, b) => a[0]! - b[0]!);
  for (const [at, [age, bmi]] of [spots[0], spots[2], spots[1]].entries()) {
    expect(Math.abs(centres[at]![0]! - age!)).toBeLessThan(1);
    expect(Math.abs(centres[at]![1]! - bmi!)).toBeLessThan(1);
  }
  expect(flat(found.table("sizes")!.value)).toEqual([30, 30, 30]);
  // A sum a column and the counts, in each of six stages.
  expect(plans.at(-1)!.cuts.length).toBe(18);
});

test("one person is in one cluster: more clusters, no more noise", async () => {
  const { dataset, plans } = await worldOf(schema, byColumn(cohort));
  await dataset.kMeans({ k: 2, columns: ["age"], iterations: 1 }).get(0.1);
  await dataset.kMeans({ k: 20, columns: ["age"], iterations: 1 }).get(0.1);
  const oneHot = plans.map((plan) =>
    plan.cuts.map((cut) => {
      const facts = plan.typical[cut.contribution];
      return facts?.kind === "rows" && facts.oneHot;
    }),
  );
  expect(oneHot).toEqual([
    [true, true],
    [true, true],
  ]);
});

test("principal components are numpy's", async () => {
  // numpy 2.4.6: linalg.eigh(cov(x.T, ddof=0)), falling, each vector's greatest element positive.
  const x = [
    [3.4, 1.87, 2.24],
    [5.84, 5.56, 3.61],
    [3.89, 2.66, 2.91],
    [8.27, 5.91, 2.64],
    [3.08, 4.64, 3.88],
    [1.54, 2.18, 2.49],
    [3.74, 2.88, 2.47],
    [6.11, 4.49, 2.73],
    [5.82, 5.24, 2.76],
    [4.49, 2.76, 2.44],
    [2.42, 2.73, 3],
    [4.39, 2.65, 2.32],
  ];
  const vectors = [
    [0.8075925656285708, 0.5874531020007941, 0.05189509505828276],
    [-0.5237679254378265, 0.6740246579052863, 0.520920263397593],
    [0.27103765093436516, -0.44787231828424817, 0.8520263953016212],
  ];
  const values = [4.500731660692585, 0.6894299457134514, 0.0452113102606293];
  const column: Column = { type: "number", bounds: [0, 10] };
  const rows = { a: x.map(([a]) => a!), b: x.map(([, b]) => b!), c: x.map(([, , c]) => c!) };
  const { dataset } = await worldOf({ a: column, b: column, c: column }, rows);
  const found = await dataset.pca({ columns: ["a", "b", "c"] }).get(1);
  for (const [at, value] of flat(found.value).entries()) expect(value).toBeCloseTo(vectors.flat()[at]!, 4);
  for (const [at, value] of flat(found.table("variances")!.value).entries())
    expect(value).toBeCloseTo(values[at]!, 4);
});

test("people are counted, each once, whether they have one row or several", async () => {
  const { dataset } = await worldOf(schema, byColumn(cohort));
  expect((await dataset.countDistinctPeople().get(1)).value).toBe(120);
  const named = await worldOf(schema, byColumn(cohort), { unit: "id names the person, at most 1 row each" });
  expect((await named.dataset.countDistinctPeople().get(1)).value).toBe(120);
  const { dataset: several } = await worldOf(schema, byColumn(cohort), { people: visitors });
  expect((await several.countDistinctPeople().get(1)).value).toBe(40);
});

/** Whose each row of the cohort is: each of forty people has three. */
const visitors = cohort.map((_, at) => `person ${at % 40}`);
const visits = Map.groupBy(cohort.keys(), (at) => visitors[at]!);

/** What each person has in total in the rows that are chosen, for those who have one. */
function totals(column: "age" | "smokes", isChosen: (row: Person) => boolean): readonly number[] {
  return [...visits.values()]
    .map((rows) => rows.map((at) => cohort[at]!).filter(isChosen))
    .filter((rows) => rows.length > 0)
    .map((rows) => rows.reduce((sum, row) => sum + row[column], 0));
}

test("totals of people are held, summed and averaged, of all, of some and by group", async () => {
  const { dataset, plans } = await worldOf(schema, byColumn(cohort), { people: visitors });
  const held = { least: 0, greatest: 120 };
  const cut = (values: readonly number[]) => values.map((value) => Math.min(value, 120));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const all = cut(totals("age", () => true));
  expect((await dataset.sumByPerson("age", held).get(0.1)).value).toBe(sum(all));
  expect((await dataset.meanByPerson("age", held).get(0.1)).value).toBeCloseTo(sum(all) / 40, 9);

  const smokers = dataset.filter(dataset.column("smokes").equal(1));
  const ofSmokers = cut(totals("age", ({ smokes }) => smokes === 1));
  expect((await smokers.countPeople().get(0.1)).value).toBe(ofSmokers.length);
  expect((await smokers.sumByPerson("age", held).get(0.1)).value).toBe(sum(ofSmokers));
  expect((await smokers.meanByPerson("age", held).get(0.1)).value).toBeCloseTo(mean(ofSmokers), 9);
  expect((await smokers.column("age").countPeople().get(0.1)).value).toBe(
    totals("age", ({ smokes, age }) => smokes === 1 && age !== 0).length,
  );
  expect((await smokers.column("age").sumByPerson(0, 120).get(0.1)).value).toBe(sum(ofSmokers));

  const by = [0, 1, 2].map((region) => cut(totals("age", (row) => row.region === region)));
  const groups = dataset.groupBy("region");
  expect((await groups.countPeople().get(0.1)).value).toEqual(by.map(({ length }) => length));
  expect((await groups.sumByPerson("age", held).get(0.1)).value).toEqual(by.map(sum));
  const means = flat((await groups.meanByPerson("age", held).get(0.1)).value);
  for (const [at, value] of means.entries()) expect(value).toBeCloseTo(mean(by[at]!), 9);
  const once = flat((await groups.countPeople({ mostGroupsEach: 1 }).get(0.1)).value);
  expect(sum(once)).toBe(40);
  expect(plans.every(({ cuts }) => cuts.every(({ across }) => across.kind === "people"))).toBe(true);
});

test("the k commonest stand in the order of their counts, equals in the order of the card", async () => {
  const { dataset } = await worldOf(schema, {
    ...byColumn(cohort.slice(0, 5)),
    region: [1, 1, 1, 2, 0],
  });
  const top = await dataset.topK("region", 3).get(1);
  expect([top.labels, top.value]).toEqual([[["south", "north", "east"]], [3, 1, 1]]);
  expect(String(top)).toMatch(/^south {2}3 ± 1\nnorth {2}1 ± 1\neast {3}1 ± 1\n/);
});

test("answers of several owners add up, and only of one question", async () => {
  const [a, b] = [
    await worldOf(schema, byColumn(cohort)),
    await worldOf(schema, byColumn(cohort.slice(0, 9))),
  ];
  const counts = await Promise.all([a, b].map(({ dataset }) => dataset.groupBy("region").count().get(1)));
  const total = combineSums(counts);
  expect(flat(total.value)).toEqual([43, 43, 43]);
  expect(total.at("north")).toEqual({ value: 43, plusMinus: Math.SQRT2 });
  const other = await a.dataset.groupBy("smokes").count().get(1);
  expect(() => combineSums([counts[0]!, other])).toThrow(/not of one question/);
});

test("what cannot be asked is refused where it is written, with what could be", async () => {
  const { dataset } = await worldOf(schema, byColumn(cohort));
  const some = dataset.filter(dataset.column("smokes"));
  const refused = (ask: () => unknown): string => {
    try {
      ask();
    } catch (error) {
      if (error instanceof AskRefused) return error.code;
      throw error;
    }
    return "answered";
  };
  expect(refused(() => dataset.groupBy("bmi"))).toBe("shapes-do-not-fit");
  expect(refused(() => dataset.groupBy())).toBe("column-unknown");
  expect(refused(() => dataset.groupBy("height"))).toBe("column-unknown");
  expect(refused(() => dataset.groupBy("age", "age", "age"))).toBe("program-too-large");
  expect(refused(() => dataset.filter(dataset.column("age").mean()))).toBe("shapes-do-not-fit");
  expect(refused(() => some.column("age").add(dataset.filter(dataset.column("age")).column("age")))).toBe(
    "rows-mixed",
  );
  expect(refused(() => some.column("age").reshape([0, 1]).covariance())).toBe("no-rule");
  expect(refused(() => some.column("age").exp().median())).toBe("bounds-unknown");
  expect(refused(() => dataset.kMeans({ k: 2, columns: ["age", "bmi"], iterations: 30 }))).toBe(
    "program-too-large",
  );
  expect(refused(() => dataset.pca({ columns: ["age"], components: 2 }))).toBe("shapes-do-not-fit");
  expect(refused(() => dataset.linearRegression({ features: [], target: "bmi" }))).toBe("column-unknown");
  expect(
    refused(() => dataset.linearRegression({ features: ["age"], target: "bmi", ranges: { bmi: [4, 4] } })),
  ).toBe("shapes-do-not-fit");
  expect(
    refused(() => dataset.logisticRegression({ features: ["age"], target: "smokes", iterations: 64 })),
  ).toBe("program-too-large");
  await expect(dataset.groupBy("region").count().get()).rejects.toMatchObject({ code: "private-data" });
});
