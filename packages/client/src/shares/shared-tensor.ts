// A tensor of which several nodes hold shares and nobody the numbers. Operations on it are written down here; `get()` has the
// nodes run them together.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  type Attributes,
  type Expression,
  type Operand,
  type PlainTensor,
  type Program,
  printProgram,
  programOf,
  sizeOf,
  TensorMethods,
} from "@unseen/program";
import {
  type ColumnSource,
  decodeRun,
  decodeSharesPrice,
  encodeFacts,
  encodeProgram,
  reviewedProgram,
  type SentRun,
  wordsToBytes,
  writeReviewed,
} from "@unseen/wire";
import { entropy } from "../platform.ts";
import { randomObjectId } from "../random-names.ts";
import { AskRefused, orThrow } from "../refusals/ask-refused.ts";
import { constantOf, type Recorded, recordOperation } from "../tensors/record-operation.ts";
import { Tensor } from "../tensors/tensor.ts";
import { agreedResult } from "./agreed-result.ts";
import type { SharesGroup } from "./shares-group.ts";
import { SharesPrice } from "./shares-price.ts";
import { encodeNumbers, joinSummands, randomWords, splitWords } from "./split-numbers.ts";
import { learnsOf } from "./who-learns.ts";

export class SharedTensor extends TensorMethods<SharedTensor> {
  /** Known without asking: every operation has a shape rule. */
  readonly shape: readonly number[];
  /** Its name here, and its name at each of the nodes. */
  readonly id: string;
  readonly idAtLocation: string;
  readonly #group: SharesGroup;
  /** Where owners' columns come from, by their names at the nodes; empty for numbers of one's own. */
  readonly #sources: ReadonlyMap<string, ColumnSource>;
  #recorded: Expression;
  #isKept: boolean;

  private constructor(
    group: SharesGroup,
    recorded: Recorded,
    idAtLocation: string,
    isKept: boolean,
    sources: ReadonlyMap<string, ColumnSource> = new Map(),
  ) {
    super();
    this.#sources = sources;
    this.shape = recorded.shape as readonly number[];
    this.id = randomObjectId(entropy);
    this.idAtLocation = idAtLocation;
    this.#group = group;
    this.#recorded = recorded.expression;
    this.#isKept = isKept;
  }

  /** Splits the numbers here and sends each node its own share. A share is uniform: it says nothing by itself. */
  static async ofNumbers(
    group: SharesGroup,
    value: PlainTensor,
    between?: readonly [least: number, greatest: number],
  ): Promise<SharedTensor> {
    const { facts, words } = orThrow(encodeNumbers(value, between));
    const objectId = randomObjectId(entropy);
    const summands = splitWords(words, group.computing.length, entropy).map(wordsToBytes);
    const put = await group.everybody((_, place) => (client, options) => {
      const parts = partsAt(group, place).map((summand) => summands[summand]!);
      return client.putShare({ objectId, parties: group.onWire, facts: encodeFacts(facts), parts }, options);
    });
    orThrow(put);
    return new SharedTensor(group, objectAt(objectId, value.shape), objectId, true);
  }

  /** What an owner's node has split among the nodes; the numbers were never here. */
  static ofColumns(
    group: SharesGroup,
    shape: readonly number[],
    objectId: string,
    source: ColumnSource,
  ): SharedTensor {
    return new SharedTensor(group, objectAt(objectId, shape), objectId, true, new Map([[objectId, source]]));
  }

  /**
   * The nodes run what has been recorded and each sends its masked part of the result, which only this asker can add up.
   * Throws `AskRefused`; a node that left or was told something else is named. `price()` says what it costs.
   */
  async get(): Promise<Tensor> {
    return orThrow(await this.tryGet());
  }

  /** `get`, with a refusal as a value instead of an error. */
  async tryGet(): Promise<Result<Tensor, Problem>> {
    return this.#group.parties.protocol === "verified" ? this.#getVerified() : this.#getSummands();
  }

  async #getSummands(): Promise<Result<Tensor, Problem>> {
    const runs = await this.#runs();
    if (!runs.ok) return runs;
    const [{ facts }] = runs.value as [SentRun];
    const isSame = runs.value.every(
      ({ facts: { shape, fractionBits } }) =>
        fractionBits === facts.fractionBits && String(shape) === String(facts.shape),
    );
    if (!isSame) return err(differ());
    return ok(new Tensor(joinSummands(summandsOf(runs.value), facts)));
  }

  /** The nodes open the result under a mask that only we know, and all must say the same. */
  async #getVerified(): Promise<Result<Tensor, Problem>> {
    const mask = randomWords(sizeOf(this.shape), entropy);
    const runs = await this.#runs(splitWords(mask, this.#group.computing.length, entropy).map(wordsToBytes));
    if (!runs.ok) return runs;
    const agreed = agreedResult(runs.value);
    if (!agreed.ok) return err(this.#group.withNames(agreed.problem));
    const withoutMask = mask.map((word) => BigInt.asUintN(64, -word));
    return ok(new Tensor(joinSummands([...summandsOf([agreed.value]), withoutMask], agreed.value.facts)));
  }

  async #runs(
    maskSummands: readonly Uint8Array<ArrayBuffer>[] = [],
  ): Promise<Result<readonly SentRun[], Problem>> {
    const replies = await this.#compute("", maskSummands);
    if (!replies.ok) return replies;
    const runs: SentRun[] = [];
    for (const reply of replies.value.slice(0, this.#group.computing.length)) {
      const run = decodeRun(reply, true);
      if (!run.ok) return run;
      if (String(run.value.facts.shape) !== String(this.shape)) return err(differ());
      runs.push(run.value);
    }
    return ok(runs);
  }

  /** Rounds, bytes a party, expected time, and who learns what. Nothing runs, and no share moves. */
  async price(): Promise<SharesPrice> {
    const group = this.#group;
    const request = { ...this.#request(""), computationId: new Uint8Array(32) };
    const reply = orThrow(
      await group.members[0]!.calls.call((client, options) => client.priceShares(request, options)),
    );
    const { rounds, sentBytes } = orThrow(decodeSharesPrice(reply));
    return new SharesPrice({
      rounds,
      sentBytes,
      parties: group.members.map(({ name }) => name),
      learns: learnsOf(group),
    });
  }

  /**
   * For the owners of the columns: one line to send to each, who reads the program and lets its result be opened, or not, with
   * `unseen permits review`. Throws `AskRefused` where something else than owners' columns is in it.
   */
  review(): string {
    const reviewed = reviewedProgram(this.#program(), (input) => this.#sources.get(input));
    if (reviewed !== undefined) return writeReviewed(reviewed);
    throw new AskRefused(
      problem(
        "opening-not-permitted",
        "only programs over owners' columns, and nothing secret besides, are reviewed",
        {
          hint: "numbers of your own that you shared are opened to you without a review",
        },
      ),
    );
  }

  /** What was recorded, what it costs and who learns what, in words. */
  async explain(): Promise<string> {
    return [printProgram(this.#program()), String(await this.price())].join("\n");
  }

  /** Computes what has been recorded; each node keeps its share of the result, and later programs start from it. */
  async keep(): Promise<this> {
    if (this.#isKept) return this;
    orThrow(await this.#compute(this.idAtLocation));
    this.#recorded = objectAt(this.idAtLocation, this.shape).expression;
    this.#isKept = true;
    return this;
  }

  /** Deletes the shares at all nodes. Only the account that shared them can. */
  async delete(): Promise<void> {
    if (!this.#isKept) {
      const message = "nothing is kept of this tensor: it has only been recorded";
      throw new AskRefused(problem("object-unknown", message, { hint: "keep() computes it and keeps it" }));
    }
    const objectId = this.idAtLocation;
    orThrow(
      await this.#group.everybody(() => (client, options) => client.deleteShare({ objectId }, options)),
    );
  }

  override toString(): string {
    const { computing, provider } = this.#group;
    const pointers = computing.map(
      ({ name }) => `\t-> [PointerTensor | me:${this.id} -> ${name}:${this.idAtLocation}]`,
    );
    const provides = provider === undefined ? [] : [`\t*crypto provider: ${provider.name}*`];
    return ["(Wrapper)>[AdditiveSharingTensor]", ...pointers, ...provides].join("\n");
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  protected override record(
    operation: string,
    others: readonly Operand<SharedTensor>[],
    attributes: Attributes = {},
  ): SharedTensor {
    const operands = [this.#asOperand(), ...others.map((other) => this.#operandOf(other))];
    const recorded = orThrow(recordOperation(operation, operands, attributes));
    const sources = new Map(
      [this, ...others].flatMap((one) => (one instanceof SharedTensor ? [...one.#sources] : [])),
    );
    return new SharedTensor(this.#group, recorded, randomObjectId(entropy), false, sources);
  }

  #program(): Program {
    return orThrow(programOf([this.#recorded]));
  }

  #request(keepAs: string) {
    return { parties: this.#group.onWire, program: encodeProgram(this.#program()), keepAs };
  }

  #compute(keepAs: string, maskSummands: readonly Uint8Array<ArrayBuffer>[] = []) {
    const group = this.#group;
    const request = { ...this.#request(keepAs), computationId: entropy.fill(new Uint8Array(32)) };
    return group.everybody((_, place) => (client, options) => {
      const mask = maskSummands.length === 0 ? [] : partsAt(group, place).map((part) => maskSummands[part]!);
      return client.compute({ ...request, mask }, options);
    });
  }

  #asOperand(): Recorded {
    return { expression: this.#recorded, shape: this.shape };
  }

  #operandOf(other: Operand<SharedTensor>): Recorded {
    if (!(other instanceof SharedTensor)) return orThrow(constantOf(other));
    if (other.#group.isSame(this.#group)) return other.#asOperand();
    throw new AskRefused(
      problem(
        "parties-invalid",
        `one tensor is shared among ${this.#group} and the other among ${other.#group}`,
        { hint: "share both among the same nodes, in the same order, with the same crypto provider" },
      ),
    );
  }
}

/** Which summands a party holds: of three replicated ones its own and the next, of additive ones its own, a provider none. */
function partsAt({ computing, provider }: SharesGroup, place: number): readonly number[] {
  if (provider === undefined) return [place, (place + 1) % computing.length];
  return place < computing.length ? [place] : [];
}

function summandsOf(runs: readonly SentRun[]): BigUint64Array[] {
  return runs.flatMap(({ summand }) => (summand === undefined ? [] : [summand]));
}

function objectAt(id: string, shape: readonly number[]): Recorded {
  return { expression: Object.freeze({ node: { kind: "input", name: id, shape } }), shape };
}

function differ(): Problem<"outcomes-differ"> {
  return problem("outcomes-differ", "the nodes do not agree on what they computed", {
    hint: "one of them runs another version, or does not say the truth",
  });
}
