import { platformEntropy, Secret } from "@unseen/base";
import { partitionSelection, rational, type Texts } from "@unseen/privacy";
import type { AskedKeys, SentKeys } from "@unseen/wire";
import { describe, expect, test } from "vitest";
import { receipt } from "../engine/engine-for-tests.ts";
import { amount } from "../ledger/index.ts";
import { openLedger } from "../ledger/ledger-for-tests.ts";
import { testHome } from "../store/home-for-tests.ts";
import { answerQuestion } from "./answer-question.ts";
import { planKeys, releaseKeys } from "./keys-question.ts";
import { priceQuestion } from "./price-question.ts";
import {
  ada,
  asking,
  cardOf,
  OracleEngine,
  operation,
  programOn,
  questionPorts,
} from "./questions-for-tests.ts";

const card = cardOf({
  name: "clinic",
  columns: {
    diagnosis: { type: "text" },
    sex: { type: "category", categories: ["f", "m"] },
  },
  unit: "row",
  people: { isPublic: false, band: [1, 1000] },
  budget: { epsilon: 10, delta: 1e-6 },
});

/** Sixty people with a cold each, and one who alone has something else. */
const rows: Texts = [...Array<string>(60).fill("J00"), "only Ada has this"];

async function world(texts: Texts = rows) {
  const home = testHome();
  const engine = new OracleEngine(
    new Map<string, Float64Array | Texts>([
      ["diagnosis", texts],
      ["sex", new Float64Array(texts.length)],
    ]),
  );
  const ports = await questionPorts(home.store, engine, card);
  const { policy } = openLedger(home.store);
  await policy.setBudget("clinic", {
    cap: amount(10_000_000_000n, 10n ** 12n),
    filter: "renyi",
  });
  return { home, engine, ports, policy, [Symbol.dispose]: () => home[Symbol.dispose]() };
}

function wanting(more: Partial<AskedKeys> = {}): AskedKeys {
  return {
    askId: "ask-keys1",
    dataset: "clinic",
    keys: { column: "diagnosis", mostKeysEach: 1 },
    offer: { epsilon: "1", delta: "1e-7" },
    ...more,
  };
}

async function answered(here: Awaited<ReturnType<typeof world>>, asked = wanting()): Promise<SentKeys> {
  const answer = await answerQuestion(here.ports, ada, asked);
  if (!answer.ok) throw new Error(answer.problem.message);
  if (!answer.value.outcome.ok) throw new Error(answer.value.outcome.problem.message);
  return answer.value.outcome.value as SentKeys;
}

test("a text that many people have is shown, and one that a single person has is not", async () => {
  using here = await world();
  const { keys, spent, guarantee, receipt: paid } = await answered(here);
  // That Ada's is shown has a chance of 1e-7.
  expect(keys).toEqual(["J00"]);
  expect(spent).toEqual({ epsilon: "1", delta: "0.0000001" });
  expect(guarantee).toContain("partition selection");
  expect(paid.askId).toBe("ask-keys1");
});

test("asking again gives the same keys, reads nothing and costs nothing", async () => {
  using here = await world();
  const first = await answered(here);
  expect(await answered(here)).toEqual(first);
  expect(here.engine.reads).toBe(1);
  const other = await answerQuestion(
    here.ports,
    ada,
    wanting({ keys: { column: "diagnosis", mostKeysEach: 2 } }),
  );
  expect(other).toMatchObject({ ok: false, problem: { code: "ask-id-reused" } });
});

test("a failure after the charge keeps the charge, and the same ask is answered later", async () => {
  using here = await world();
  here.engine.isBroken = true;
  expect(await answerQuestion(here.ports, ada, wanting())).toMatchObject({
    ok: false,
    problem: { code: "answer-not-computed" },
  });
  expect((await here.ports.ledger.budget("clinic")).charges).toBe(1);
  here.engine.isBroken = false;
  expect((await answered(here)).keys).toEqual(["J00"]);
  expect((await here.ports.ledger.budget("clinic")).charges).toBe(1);
});

describe("nothing is read or charged where", () => {
  test.each<[string, Partial<AskedKeys>, string]>([
    ["no delta is offered", { offer: { epsilon: "1" } }, "delta-invalid"],
    ["the column is not there", { keys: { column: "nothing", mostKeysEach: 1 } }, "column-unknown"],
    [
      "the column's name is one of JavaScript's",
      { keys: { column: "constructor", mostKeysEach: 1 } },
      "column-unknown",
    ],
    ["the keys are declared", { keys: { column: "sex", mostKeysEach: 1 } }, "no-rule"],
    ["the dataset is not there", { dataset: "other" }, "dataset-unknown"],
    ["the budget is too small", { offer: { epsilon: "11", delta: "1e-7" } }, "budget-exhausted"],
    ["the delta that is kept is too small", { offer: { epsilon: "1", delta: "6e-7" } }, "budget-exhausted"],
  ])("%s", async (_, more, code) => {
    using here = await world();
    expect(await answerQuestion(here.ports, ada, wanting(more))).toMatchObject({
      ok: false,
      problem: { code },
    });
    expect(here.engine.reads).toBe(0);
    expect((await here.ports.ledger.budget("clinic")).charges).toBe(0);
  });
});

test("a price is free, the same whatever the rows say, and tells how many people a key needs", async () => {
  using here = await world();
  using there = await world(Array<string>(300).fill("Z99"));
  const asked = wanting({ offer: { epsilon: "1", delta: "1e-6" } });
  const price = await priceQuestion(here.ports, ada, asked);
  expect(price).toEqual(await priceQuestion(there.ports, ada, asked));
  if (!price.ok) throw new Error(price.problem.message);
  expect(price.value.releases[1]).toContain("of one person is shown with a chance of 0.0000010");
  // The kept half of the delta is 5e-7.
  expect(price.value.isAffordable).toBe(false);
  expect(here.engine.reads).toBe(0);
});

test("questions of keys leave rho for the others: both are answered on one line", async () => {
  using here = await world();
  await answered(here);
  const count = programOn(
    operation("Count", [{ node: { kind: "input", name: "diagnosis", shape: ["rows"] } }]),
  );
  const offer = { epsilon: "2", delta: "1e-7" };
  expect((await answerQuestion(here.ports, ada, asking(count, { offer }))).ok).toBe(true);
  const left = await here.ports.ledger.budget("clinic");
  expect(left.remaining.epsilon).toBeGreaterThan(1_000_000_000n);
  expect(left.remaining.delta).toBe(4n * 10n ** 11n);
});

test("whether a key is there changes no refusal, no price and no shape of an answer", async () => {
  using here = await world();
  const asked = (key: string, askId: string) =>
    asking(
      programOn(
        operation(
          "ReduceSum",
          [
            operation(
              "OneHot",
              [
                operation("LabelEncoder", [{ node: { kind: "input", name: "diagnosis", shape: ["rows"] } }], {
                  keys_strings: [key],
                }),
              ],
              { depth: 1 },
            ),
          ],
          { axes: [0] },
        ),
      ),
      { askId },
    );
  const there = await answerQuestion(here.ports, ada, asked("only Ada has this", "ask-there"));
  const absent = await answerQuestion(here.ports, ada, asked("nobody has this at all", "ask-absent"));
  const shapeOf = (answer: typeof there) =>
    answer.ok && answer.value.outcome.ok && "values" in answer.value.outcome.value
      ? answer.value.outcome.value.values.map(({ shape }) => shape)
      : undefined;
  expect(shapeOf(there)).toEqual([[1]]);
  expect(shapeOf(absent)).toEqual([[1]]);
  const priced = async (key: string) => {
    const price = await priceQuestion(here.ports, ada, asked(key, "ask-price1"));
    return price.ok ? { ...price.value, expectedPlusMinus: [] } : price.problem;
  };
  expect(await priced("only Ada has this")).toEqual(await priced("nobody has this at all"));
});

const source = { kind: "dataset", sides: [{ card, snapshot: "", peopleCount: 0 }] } as const;
const entropy = platformEntropy(globalThis.crypto);
const offer = { kind: "approximate", epsilon: 1_000_000_000n, delta: 5n * 10n ** 16n } as never; // epsilon 1, delta 0.05

/** How often a key is shown that so many people have, in as many whole answers. */
async function shownShare(people: number, answers: number, mostKeysEach = 1): Promise<number> {
  const planned = planKeys(source, { column: "diagnosis", mostKeysEach }, offer);
  if (!planned.ok) throw new Error(planned.problem.message);
  const sizes = new Map([["k", BigInt(people)]]);
  const engine = {
    sums: () => Promise.reject(new Error("nothing is summed")),
    peopleOfKeys: async () => ({ ok: true, value: Secret.of(sizes) }) as const,
  };
  let shown = 0;
  for (let at = 0; at < answers; at++) {
    const keys = await releaseKeys({ engine, entropy } as never, planned.value, receipt);
    if (keys.ok && keys.value.value.length > 0) shown += 1;
  }
  return shown / answers;
}

test("a key is shown as often as the mechanism says, over whole answers on neighbouring datasets", async () => {
  const selection = partitionSelection({
    epsilon: rational(1n),
    delta: rational(1n, 20n),
    mostGroups: 1,
    neighbours: "add-or-remove",
  });
  expect(selection.keepProbability(0n)).toBe(0);
  expect(selection.keepProbability(1n)).toBeLessThanOrEqual(0.05);
  expect(await shownShare(0, 200)).toBe(0);
  const answers = 4_000;
  for (const people of [1, 2, 3]) {
    const chance = selection.keepProbability(BigInt(people));
    const share = await shownShare(people, answers);
    // Six standard deviations: a false alarm once in 10^8 runs.
    expect(Math.abs(share - chance)).toBeLessThan(6 * Math.sqrt((chance * (1 - chance)) / answers));
  }
});

test("one person in several keys has each of them shown with its part of delta, and no more", () => {
  for (const mostGroups of [1, 2, 7]) {
    for (const neighbours of ["add-or-remove", "replace"] as const) {
      const { keepProbability } = partitionSelection({
        epsilon: rational(1n),
        delta: rational(1n, 10n ** 6n),
        mostGroups,
        neighbours,
      });
      expect(1 - (1 - keepProbability(1n)) ** mostGroups).toBeLessThanOrEqual(1e-6 * (1 + 1e-9));
    }
  }
});

test("a person counts for no more keys than they can have rows, so that no share of delta is wasted", () => {
  const planned = planKeys(source, { column: "diagnosis", mostKeysEach: 9 }, offer);
  expect(planned).toMatchObject({ ok: true, value: { mostKeysEach: 1 } });
});
