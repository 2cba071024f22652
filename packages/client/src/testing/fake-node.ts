// An owner's node for tests of the asker's side: the real schema and the real doors of the wire, and canned
// answers behind them. It knows no privacy and no data.

import { type ConnectRouter, createRouterTransport, type HandlerContext } from "@connectrpc/connect";
import { invariant, type Problem, problem } from "@unseen/base";
import { Workspace } from "@unseen/compute";
import { type PlainTensor, type Program, plainTensor, printProgram, sizeOf } from "@unseen/program";
import {
  type AskedKeys,
  type AskedQuestion,
  type DatasetDescription,
  encodeAnswer,
  encodeBudget,
  encodeDataset,
  encodeGreeting,
  encodeKeys,
  encodeLoss,
  encodePrice,
  encodeSample,
  encodeSession,
  GridService,
  problemToConnectError,
  readAsk,
  readPrice,
  readSearch,
  readSignIn,
  type SampleRows,
  valueOrRefusal,
  workspaceRoutes,
} from "@unseen/wire";

export type FakeDataset = DatasetDescription & {
  readonly sample: SampleRows;
  /** Stands for the owner's whole engine: the value of each output. */
  readonly answer: (program: Program) => readonly PlainTensor[];
  /** The keys that its engine would let through. */
  readonly keys?: readonly string[];
};

/** Epsilon that a node of these tests gives away in all, over its datasets. */
const budget = 3;

export class FakeNode {
  readonly name: string;
  readonly password: string;
  readonly datasets: readonly FakeDataset[];
  /** What was called, in order: "signIn", "ask 9f…". */
  readonly calls: string[] = [];
  /** Set to be told instead of the next answer to a question. */
  refusal: Problem | undefined;
  /** Unset for a node that overlooks the second dataset of a join. */
  knowsJoins = true;
  /** Milliseconds before anything is answered. */
  delayMs = 0;
  #spent = 0;
  #sessions = 0;
  #endedSessions = 0;
  readonly #answered = new Map<string, ReturnType<typeof encodeAnswer>>();
  readonly #keysAsked = new Set<string>();
  readonly #workspace = new Workspace();

  constructor(datasets: readonly FakeDataset[], { name = "fake", password = "right" } = {}) {
    this.datasets = datasets;
    this.name = name;
    this.password = password;
  }

  /** Charges so far: an ask id is counted once. */
  get charges(): number {
    return this.#answered.size + this.#keysAsked.size;
  }

  endAllSessions(): void {
    this.#endedSessions = this.#sessions;
  }

  transport() {
    return createRouterTransport((router) => this.routes(router));
  }

  routes(router: ConnectRouter): void {
    workspaceRoutes(router, async (context) => {
      await this.#admit("workspace", context);
      return this.#workspace;
    });
    router.service(GridService, {
      hello: async () => {
        await this.#delay();
        return encodeGreeting({
          nodeId: this.name,
          nodeName: this.name,
          programVersion: 1,
          isUnclaimed: false,
        });
      },
      signIn: async (request) => {
        await this.#delay();
        this.calls.push("signIn");
        const { password } = valueOrRefusal(readSignIn(request));
        if (password !== this.password)
          refuse(problem("sign-in-failed", "the name or the password is wrong"));
        this.#sessions += 1;
        return encodeSession({ token: `token-${this.#sessions}`, expiresAtMs: 0, role: "researcher" });
      },
      search: async (request, context) => {
        await this.#admit("search", context);
        const terms = valueOrRefusal(readSearch(request));
        const found = this.datasets.filter(({ tags, name }) =>
          terms.every((term) => [...tags, name].includes(term)),
        );
        return { datasets: found.map(encodeDataset) };
      },
      describe: async ({ dataset, joined }, context) => {
        await this.#admit("describe", context);
        if (joined === "" || !this.knowsJoins) return { dataset: encodeDataset(this.#datasetOf(dataset)) };
        const second = this.#datasetOf(joined);
        const line = { name: joined, budget: second.budget };
        return { dataset: encodeDataset({ ...this.#datasetOf(dataset), joined: line }) };
      },
      sample: async ({ dataset }, context) => {
        await this.#admit("sample", context);
        return encodeSample(this.#datasetOf(dataset).sample);
      },
      budget: async ({ dataset }, context) => {
        await this.#admit("budget", context);
        return encodeBudget(this.#datasetOf(dataset).budget);
      },
      price: async (request, context) => {
        await this.#admit("price", context);
        this.#refuseOnce();
        const asked = valueOrRefusal(readPrice(request));
        const { dataset, offer } = asked;
        const joined = "keys" in asked ? undefined : asked.joined;
        const values = "keys" in asked ? [] : this.#datasetOf(dataset).answer(asked.program);
        return encodePrice({
          cost: { delta: "0", ...offer },
          expectedPlusMinus: values.map(one),
          releases: values.map(() => "a noised sum"),
          remaining: this.#remaining(),
          ...(joined === undefined ? {} : { joinedRemaining: this.#remaining() }),
          isAffordable: Number(offer.epsilon) <= budget - this.#spent,
        });
      },
      ask: async (request, context) => {
        await this.#admit(`ask ${request.askId}`, context);
        this.#refuseOnce();
        const asked = valueOrRefusal(readAsk(request));
        if ("keys" in asked) return { keys: this.#keysOf(asked), remaining: encodeLoss(this.#remaining()) };
        const answer = this.#answered.get(asked.askId) ?? this.#answer(asked);
        this.#answered.set(asked.askId, answer);
        const remaining = encodeLoss(this.#remaining());
        return asked.joined === undefined
          ? { answer, remaining }
          : { answer, remaining, joinedRemaining: remaining };
      },
    });
  }

  #answer({ askId, dataset, joined, program, offer }: AskedQuestion) {
    const values = this.#datasetOf(dataset).answer(program);
    this.#spent += Number(offer.epsilon);
    const questionHash = `text of ${printProgram(program).length} characters`;
    return encodeAnswer({
      values,
      plusMinus: values.map(one),
      choices: [],
      spent: { delta: "0", ...offer },
      receipt: {
        ...this.#receipt(askId, dataset, questionHash),
        ...(joined === undefined ? {} : { joined }),
      },
      guarantee: "each person is protected",
    });
  }

  #keysOf({ askId, dataset, offer }: AskedKeys) {
    this.#spent += this.#keysAsked.has(askId) ? 0 : Number(offer.epsilon);
    this.#keysAsked.add(askId);
    return encodeKeys({
      keys: this.#datasetOf(dataset).keys ?? [],
      spent: { delta: "0", ...offer },
      receipt: this.#receipt(askId, dataset, "keys"),
      guarantee: "each person is protected",
    });
  }

  #receipt(askId: string, dataset: string, questionHash: string) {
    return {
      askId,
      dataset,
      questionHash,
      serial: this.charges + 1,
      chargedAtMs: 0,
      nodeId: this.name,
      entryHash: "ab".repeat(32),
    };
  }

  #remaining() {
    return { epsilon: String(budget - this.#spent), delta: "0" };
  }

  #datasetOf(name: string): FakeDataset {
    const found = this.datasets.find((dataset) => dataset.name === name);
    if (found === undefined) return refuse(problem("dataset-unknown", `there is no dataset called ${name}`));
    return found;
  }

  async #admit(call: string, context: HandlerContext): Promise<void> {
    await this.#delay();
    this.calls.push(call);
    const token = context.requestHeader.get("authorization")?.match(/^Bearer token-(\d+)$/)?.[1];
    if (token === undefined) refuse(problem("session-invalid", "sign in first"));
    if (Number(token) <= this.#endedSessions) refuse(problem("session-expired", "the session is over"));
  }

  async #delay(): Promise<void> {
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
  }

  #refuseOnce(): void {
    const { refusal } = this;
    this.refusal = undefined;
    if (refusal !== undefined) refuse(refusal);
  }
}

/** The card of the transcript's dataset, as its owner would declare it; every answer is `value` everywhere. */
export function fakeDataset(name: string, more: Partial<FakeDataset> = {}): FakeDataset {
  const loss = { epsilon: String(budget), delta: "0" };
  const columns = ["age", "bmi", "bp"];
  return {
    name,
    description: "Ten baseline variables of people with diabetes.",
    tags: ["#diabetes", "#data"],
    columns: columns.map((column) => ({ name: column, type: "number", least: 0, greatest: 200 })),
    rows: { kind: "exact", exact: 442 },
    privacyUnit: "each row is a person",
    mostRowsEach: 1,
    budget: {
      cap: loss,
      spent: loss,
      remaining: loss,
      yourCap: loss,
      yourSpent: loss,
      yourRemaining: loss,
      renewals: 0,
    },
    sample: { origin: "declared", columns, rows: [[59, 32.1, 101]] },
    answer: (program) =>
      program.outputs.map((output) => {
        const shape = program.shapes[output]!;
        invariant(!shape.includes("rows"), "a real node lets no rows out");
        const sizes = shape as readonly number[];
        return plainTensor(sizes, new Float64Array(sizeOf(sizes)).fill(94.5));
      }),
    ...more,
  };
}

function one({ shape, data }: PlainTensor): PlainTensor {
  return plainTensor(shape, new Float64Array(data.length).fill(1));
}

function refuse(told: Problem): never {
  throw problemToConnectError(told);
}
