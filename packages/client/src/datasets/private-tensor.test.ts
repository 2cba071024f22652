import { inspect } from "node:util";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { problem } from "@unseen/base";
import { plainTensor, scalar } from "@unseen/program";
import { expect, test } from "vitest";
import { GridClient } from "../grid/grid-client.ts";
import { AskRefused, CannotRequestPrivateData } from "../refusals/ask-refused.ts";
import { FakeNode, fakeDataset } from "../testing/fake-node.ts";
import { answers, type PrivateTensor } from "./private-tensor.ts";

const asker = { username: "atrask", password: "right" };

async function found(node: FakeNode, transport: Transport = node.transport(), answerDeadlineMs = 1_000) {
  const grid = await GridClient.connect({
    ...asker,
    url: "http://localhost:7700",
    transport: () => transport,
    answerDeadlineMs,
  });
  return (await grid.search("#diabetes"))[0]!;
}

/** Does what `fails` says with a reply to an ask that the node has already given, by its number from 1. */
function losing(node: FakeNode, fails: (reply: number) => "lost" | "late" | undefined): Transport {
  const transport = node.transport();
  let replies = 0;
  return {
    ...transport,
    async unary(method, ...rest) {
      const reply = await transport.unary(method, ...rest);
      if (method.name !== "Ask") return reply;
      replies += 1;
      const fate = fails(replies);
      if (fate === "lost") throw new ConnectError("reset", Code.Unavailable);
      return fate === "late" ? new Promise(() => {}) : reply;
    },
  };
}

test("a mean is asked with an offer and comes back with its noise and its price", async () => {
  const node = new FakeNode([fakeDataset("diabetes")]);
  const answer = await (await found(node)).column("bp").mean().get({ epsilon: 0.5 });
  expect(answer).toMatchObject({
    value: 94.5,
    plusMinus: 1,
    spent: { epsilon: 0.5, delta: 0 },
    remaining: { epsilon: 2.5, delta: 0 },
    guarantee: "each person is protected",
  });
  expect(answer.receipt.dataset).toBe("diabetes");
  expect(String(answer)).toBe("94.5 ± 1 (95 %); spent epsilon 0.5, epsilon 2.5 remaining");
});

test("the slide's get(epsilon) works, and columns stand side by side", async () => {
  const dataset = await found(new FakeNode([fakeDataset("diabetes")]));
  const columns = dataset.columns("bmi", "bp");
  expect(columns.shape).toEqual(["rows", 2]);
  expect((await columns.mean(0).get(0.5)).value).toEqual([94.5, 94.5]);
  expect(dataset.columns("bmi").shape).toEqual(["rows", 1]);
});

test("a price is free, and says what would be released and whether it can be paid", async () => {
  const node = new FakeNode([fakeDataset("diabetes")]);
  const bp = (await found(node)).column("bp");
  const price = await bp.mean().price({ epsilon: 0.5 });
  expect(price).toMatchObject({ cost: { epsilon: 0.5 }, expectedPlusMinus: 1, affordable: true });
  expect(String(price)).toContain("expected ± 1 (95 %)");
  expect((await bp.mean().price({ epsilon: 100 })).affordable).toBe(false);
  expect(node.charges).toBe(0);
});

test("without an offer nothing is asked, and the refusal names the question, the reason and the price", async () => {
  const node = new FakeNode([fakeDataset("diabetes")]);
  const dataset = await found(node);
  const refusal = await dataset.get().catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(CannotRequestPrivateData);
  expect(refusal).toBeInstanceOf(AskRefused);
  expect((refusal as Error).message).toBe(
    "All rows of diabetes were asked for. It is about people who were promised that their rows stay with the owner; what leaves is noised and paid for.\n" +
      'Would be answered: dataset.column("age").mean().get({ epsilon: 0.5 }): to within ± 1 (95 %), at a cost of epsilon 0.5 (epsilon 3 remaining).',
  );
  const unpaid = dataset.column("bp") as PrivateTensor;
  await expect(unpaid.get()).rejects.toThrow(
    /bp of diabetes was asked for as it is[\s\S]*\(ReduceMean\(bp\)\)\.get/,
  );
  expect(await unpaid.tryGet()).toMatchObject({ ok: false, problem: { code: "private-data" } });
  expect(node.charges).toBe(0);
});

test("the refusal stands where the node quotes no price", async () => {
  const node = new FakeNode([fakeDataset("diabetes")]);
  const dataset = await found(node);
  node.refusal = problem("no-rule", "there is none");
  await expect(dataset.get()).rejects.toThrow(/mean\(\)\.get\(\{ epsilon: 0\.5 \}\)\.$/);
});

test("asking again after a lost reply uses the same ask id and is charged once", async () => {
  const node = new FakeNode([fakeDataset("diabetes")]);
  const dataset = await found(
    node,
    losing(node, (reply) => (reply === 1 ? "lost" : undefined)),
  );
  const answer = await dataset.column("bp").mean().get(0.5);
  const asks = node.calls.filter((call) => call.startsWith("ask "));
  expect(asks).toEqual([`ask ${answer.receipt.askId}`, `ask ${answer.receipt.askId}`]);
  expect(node.charges).toBe(1);
});

test("when no reply comes at all, the error carries the ask id, and asking with it is charged once", async () => {
  const node = new FakeNode([fakeDataset("diabetes")]);
  const dataset = await found(
    node,
    losing(node, (reply) => (reply <= 3 ? (reply === 2 ? "late" : "lost") : undefined)),
    200,
  );
  const mean = dataset.column("bp").mean();
  const refusal = (await mean.get(0.5).catch((error: unknown) => error)) as AskRefused;
  expect(refusal.code).toBe("node-unreachable");
  expect(refusal.message).toContain(refusal.askId);
  const answer = await mean.get({ epsilon: 0.5, askId: refusal.askId! });
  expect(answer.receipt.askId).toBe(refusal.askId);
  expect(node.charges).toBe(1);
});

test("a reply that does not fit the question is not shown, and the charge is not made again", async () => {
  const misfits = [[], [plainTensor([2], [1, 2])], [scalar(1), scalar(2)]];
  for (const values of misfits) {
    const node = new FakeNode([fakeDataset("diabetes", { answer: () => values })]);
    const mean = (await found(node)).column("bp").mean();
    await expect(mean.get(0.5)).rejects.toMatchObject({ code: "message-malformed" });
    await expect(mean.price(0.5)).rejects.toMatchObject({ code: "message-malformed" });
    expect(node.charges).toBe(1);
  }
});

test("two questions have two ask ids", async () => {
  const node = new FakeNode([fakeDataset("diabetes")]);
  const mean = (await found(node)).column("bp").mean();
  const [one, two] = [await mean.get(0.5), await mean.get(0.5)];
  expect(one.receipt.askId).not.toBe(two.receipt.askId);
  expect(node.charges).toBe(2);
});

test("what the owner refuses is not asked again", async () => {
  const node = new FakeNode([fakeDataset("diabetes")]);
  const mean = (await found(node)).column("bp").mean();
  node.refusal = problem("budget-exhausted", "epsilon 0.1 is left", { hint: "offer less" });
  await expect(mean.get(0.5)).rejects.toMatchObject({
    code: "budget-exhausted",
    message: "epsilon 0.1 is left\noffer less",
  });
  node.refusal = problem("budget-exhausted", "epsilon 0.1 is left");
  expect(await mean.tryGet(0.5)).toEqual({
    ok: false,
    problem: { code: "budget-exhausted", message: "epsilon 0.1 is left" },
  });
  expect(node.calls.filter((call) => call.startsWith("ask ")).length).toBe(2);
});

test("several tensors are asked in one question, for one charge", async () => {
  const node = new FakeNode([fakeDataset("diabetes")]);
  const dataset = await found(node);
  const answer = await answers([dataset.column("bp").mean(), dataset.columns("bp", "bmi").sum(0)], 1);
  expect(answer.value).toEqual([94.5, [94.5, 94.5]]);
  expect(answer.plusMinus).toEqual([1, [1, 1]]);
  expect(node.charges).toBe(1);
});

test("people of two datasets are not mixed", async () => {
  const [one, two] = [
    await found(new FakeNode([fakeDataset("a")])),
    await found(new FakeNode([fakeDataset("b")])),
  ];
  const mix = () => one.column("bp").add(two.column("bp"));
  expect(mix).toThrow(expect.objectContaining({ code: "rows-mixed" }));
  await expect(answers([one.column("bp").mean(), two.column("bp").mean()], 1)).rejects.toMatchObject({
    code: "rows-mixed",
  });
});

test("a constant that is not finite is refused before anything is sent", async () => {
  const node = new FakeNode([fakeDataset("diabetes")]);
  const bp = (await found(node)).column("bp");
  expect(() => bp.mul(Number.NaN)).toThrow(expect.objectContaining({ code: "constant-not-finite" }));
  expect(() => bp.add([1, 2])).toThrow(expect.objectContaining({ code: "shapes-do-not-fit" }));
});

test("what an offer cannot be is told by the owner's door", async () => {
  const mean = (await found(new FakeNode([fakeDataset("diabetes")]))).column("bp").mean();
  await expect(mean.get(Number.NaN)).rejects.toMatchObject({ code: "epsilon-invalid" });
  await expect(mean.get({ epsilon: 0.5, askId: "short" })).rejects.toMatchObject({ code: "ask-id-invalid" });
});

test("a private tensor prints what it is, and however deep it is, in one line", async () => {
  const bp = (await found(new FakeNode([fakeDataset("diabetes")]))).column("bp");
  expect(String(bp.sub(1).mean())).toBe(
    "[PrivateTensor | ReduceMean(Sub(bp, 1)) of diabetes at http://localhost:7700, shape []]",
  );
  let doubled = bp;
  for (let times = 0; times < 200; times++) doubled = doubled.add(doubled);
  expect(inspect(doubled).length).toBeLessThan(1_000);
});
