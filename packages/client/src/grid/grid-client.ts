// The asker's way into a grid: signs in at every node, searches them side by side, and says which did not
// answer.

import type { Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { type DatasetDescription, decodeDataset, wireLimits } from "@unseen/wire";
import type { Price } from "../datasets/price.ts";
import type { Deadlines } from "../datasets/question-desk.ts";
import { RemoteDataset } from "../datasets/remote-dataset.ts";
import { JointDataset } from "../joint/joint-dataset.ts";
import { AskRefused, orThrow } from "../refusals/ask-refused.ts";
import { askSql, priceSql, type SqlOffer } from "../sql/ask-sql.ts";
import type { SqlTable } from "../sql/sql-table.ts";
import { RemoteWorker } from "../workers/worker.ts";
import { boundedFetch, replyLimit } from "./bounded-fetch.ts";
import { GridNode, isAbsence } from "./grid-node.ts";
import { parseNodeAddress } from "./node-address.ts";
import { type MissingNode, SearchResults } from "./search-results.ts";

export type ConnectOptions = {
  readonly username: string;
  /** Sent to each node over TLS, or to this machine; never shown, logged or kept anywhere but in memory. */
  readonly password: string;
  /** For signing in, searching and every call that reads no private row; 10 s unless given. */
  readonly deadlineMs?: number;
  /** For one sending of an ask; 2 minutes unless given. */
  readonly answerDeadlineMs?: number;
  /** Stands in for the platform's. */
  readonly fetch?: typeof globalThis.fetch;
  /** Stands in for HTTP: how calls reach the node of an address. */
  readonly transport?: (url: string) => Transport;
} & ({ readonly url: string } | { readonly urls: readonly string[] });

/** A person who waits for a search gives up about then. */
const deadlineMs = 10_000;
/** Ten million rows take an owner's engine seconds; a queue before it is allowed for. */
const answerDeadlineMs = 120_000;

export type JointOptions = { readonly cryptoProvider?: RemoteWorker; readonly honestOwners?: number };

export class GridClient {
  readonly #nodes: readonly GridNode[];
  readonly #deadlines: Deadlines;

  private constructor(nodes: readonly GridNode[], deadlines: Deadlines) {
    this.#nodes = nodes;
    this.#deadlines = deadlines;
  }

  /**
   * Signs in at all nodes side by side. A node that is not there or too slow is flagged in `unreachable`
   * and tried again by later calls. Throws `AskRefused`: "insecure-address" before anything is sent,
   * "sign-in-failed" when a node refuses the name and password, and the first node's problem when none
   * could be reached. Every node learns the name and password.
   */
  static async connect(options: ConnectOptions): Promise<GridClient> {
    const urls = "urls" in options ? options.urls : [options.url];
    const addresses = [...new Set(urls.map((url) => orThrow(parseNodeAddress(url))))];
    const { username, password } = options;
    const nodes = addresses.map(
      (url) => new GridNode(url, transportTo(url, options), { username, password }),
    );
    const deadlines = {
      deadlineMs: options.deadlineMs ?? deadlineMs,
      answerDeadlineMs: options.answerDeadlineMs ?? answerDeadlineMs,
    };
    const outcomes = await Promise.all(nodes.map((node) => node.connect(deadlines.deadlineMs)));
    const problems = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.problem]));
    const refusal =
      problems.find((one) => !isAbsence(one)) ?? (problems.length === nodes.length ? problems[0] : undefined);
    if (refusal !== undefined) throw new AskRefused(refusal);
    if (nodes.length === 0) throw new AskRefused(noAddress());
    return new GridClient(nodes, deadlines);
  }

  /** The addresses of all nodes, reached or not. */
  get nodes(): readonly string[] {
    return this.#nodes.map(({ url }) => url);
  }

  /** Nodes that the last call did not reach, and why. */
  get unreachable(): readonly MissingNode[] {
    return this.#nodes.flatMap(({ url, failure }) =>
      failure === undefined ? [] : [{ node: url, problem: failure }],
    );
  }

  /**
   * Datasets whose tags, name, description or columns match every term; all of them without a term. All
   * nodes are asked side by side, each with the deadline; a partial result says which did not answer.
   */
  async search(...terms: readonly string[]): Promise<SearchResults> {
    const outcomes = await Promise.all(
      this.#nodes.map(async (node) => ({ node, found: await this.#searchAt(node, terms) })),
    );
    const datasets = outcomes.flatMap(({ node, found }) =>
      found.ok ? found.value.map((described) => new RemoteDataset(described, node, this.#deadlines)) : [],
    );
    const missing = outcomes.flatMap(({ node, found }) =>
      found.ok ? [] : [{ node: node.url, problem: found.problem }],
    );
    const refusal = missing.find((one) => !isAbsence(one.problem));
    if (refusal !== undefined && missing.length === outcomes.length) throw new AskRefused(refusal.problem);
    return new SearchResults(datasets, { terms, nodes: outcomes.length, missing });
  }

  /**
   * One dataset by its name, at the first node that has it; all nodes are asked side by side. Throws
   * "dataset-unknown", or the problem of a node that might have it and did not answer.
   */
  async dataset(name: string): Promise<RemoteDataset> {
    const replies = await Promise.all(
      this.#nodes.map(async (node) => ({
        node,
        reply: await node.call(this.#deadlines.deadlineMs, ({ grid }, options) =>
          grid.describe({ dataset: name }, options),
        ),
      })),
    );
    for (const { node, reply } of replies) {
      if (reply.ok)
        return new RemoteDataset(orThrow(decodeDataset(reply.value.dataset)), node, this.#deadlines);
    }
    const problems = replies.flatMap(({ reply }) => (reply.ok ? [] : [reply.problem]));
    const other = problems.find(({ code }) => code !== "dataset-unknown");
    if (other !== undefined) throw new AskRefused(other);
    const message = `no node of the grid has a dataset called ${JSON.stringify(name.slice(0, wireLimits.nameLength))}`;
    const hint = "search() without a word lists all that there are";
    throw new AskRefused(problem("dataset-unknown", message, { hint }));
  }

  /**
   * Asks in SQL: `SELECT region, AVG(bmi) FROM diabetes GROUP BY region`. The owner translates the text into
   * the program that tensors would record, and that is asked and charged like any other. Throws `AskRefused`.
   */
  async sql(text: string, offer: number | SqlOffer): Promise<SqlTable> {
    return orThrow(await askSql(this.#nodes, this.#deadlines, text, offer));
  }

  /** What the SQL would cost and how accurate its table would be. Free; no private row is read. */
  async priceSql(text: string, offer: number | SqlOffer): Promise<Price> {
    return orThrow(await priceSql(this.#nodes, this.#deadlines, text, offer));
  }

  /**
   * Several owners' datasets as one to ask about. Each owner is charged the whole offer, noises by itself, and only the total
   * is opened. A provider is needed for `greatest` and `least` among other than three owners. With `honestOwners`, totals are
   * more accurate, and their guarantee needs that many owners to be honest.
   */
  joint(...datasets: readonly RemoteDataset[]): Promise<JointDataset>;
  joint(...given: readonly [...RemoteDataset[], JointOptions]): Promise<JointDataset>;
  async joint(...given: readonly (RemoteDataset | JointOptions)[]): Promise<JointDataset> {
    const datasets = given.flatMap((one) => (one instanceof RemoteDataset ? [one] : []));
    const [{ cryptoProvider, honestOwners = 1 } = {}] = given.flatMap((one) =>
      one instanceof RemoteDataset ? [] : [one],
    );
    const provider = cryptoProvider && RemoteWorker.partyOf(cryptoProvider);
    return orThrow(await JointDataset.of(datasets, { provider, honestOwners }));
  }

  /** A node as a worker, by its name or address; the first without one. What is sent there is the sender's own. */
  node(name?: string): RemoteWorker {
    // A name is what a node calls itself, so it must not pass for another's address or be two nodes' at once.
    const named = this.#nodes.filter((one) => one.name === name);
    const node =
      name === undefined ? this.#nodes[0] : (this.#nodes.find((one) => one.url === name) ?? named[0]);
    if (node !== undefined && name !== undefined && node.url !== name && named.length > 1) {
      const message = `${named.length} nodes of the grid call themselves ${JSON.stringify(name)}`;
      const hint = `give an address: ${named.map((one) => one.url).join(", ")}`;
      throw new AskRefused(problem("node-unreachable", message, { hint }));
    }
    if (node === undefined) {
      const known = this.#nodes.map((one) => one.name).join(", ");
      const message = `the grid has no node called ${JSON.stringify(name?.slice(0, wireLimits.nameLength))}`;
      throw new AskRefused(problem("node-unreachable", message, { hint: `its nodes are ${known}` }));
    }
    const { answerDeadlineMs } = this.#deadlines;
    return new RemoteWorker(
      node.name,
      { call: (send) => node.call(answerDeadlineMs, ({ workspace }, options) => send(workspace, options)) },
      { call: (send) => node.call(answerDeadlineMs, ({ shares }, options) => send(shares, options)) },
    );
  }

  toString(): string {
    return `<Grid of ${this.#nodes.length} nodes: ${this.#nodes.map(({ name }) => name).join(", ")}>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  async #searchAt(
    node: GridNode,
    terms: readonly string[],
  ): Promise<Result<readonly DatasetDescription[], Problem>> {
    const { deadlineMs } = this.#deadlines;
    const reply = await node.call(deadlineMs, ({ grid }, options) =>
      grid.search({ terms: [...terms] }, options),
    );
    if (!reply.ok) return reply;
    const described: DatasetDescription[] = [];
    for (const message of reply.value.datasets.slice(0, wireLimits.foundDatasets)) {
      const dataset = decodeDataset(message);
      if (!dataset.ok) return err(dataset.problem);
      described.push(dataset.value);
    }
    return ok(described);
  }
}

function transportTo(baseUrl: string, options: ConnectOptions): Transport {
  if (options.transport !== undefined) return options.transport(baseUrl);
  const fetch = boundedFetch(options.fetch ?? globalThis.fetch, replyLimit);
  return createConnectTransport({ baseUrl, useBinaryFormat: true, fetch });
}

function noAddress(): Problem<"node-unreachable"> {
  return problem("node-unreachable", "the list of addresses is empty", {
    hint: "give the address of a node as `url`",
  });
}
