// What the rules of operations share: moving between grids, bounds that are checked before anything is computed, and
// layouts.

import { type Err, err, invariant, ok, type Problem, problem, type Result } from "@unseen/base";
import { broadcastPlaces, type PlainTensor, type Program } from "@unseen/program";
import { type FixedPoint, fixedPoint } from "../functions/fixed-point.ts";
import type { Protocol } from "../protocol/protocol.ts";
import type { Shared } from "../protocol/shared.ts";
import { bitsFor, encodePublic, type SecretTensor, type SharesValue, shapeOf } from "./values.ts";

/** Numbers are truncated where they are below 2^62, and signs are read of 64 bits; one bit stays for sums of two. */
const mostBits = 62;

export type Evaluate = (
  program: Program,
  inputs: ReadonlyMap<string, SharesValue>,
) => Promise<Result<readonly SharesValue[], Problem>>;

export class SharesContext {
  readonly protocol: Protocol;
  /** Binary digits after the point of numbers that are not whole. */
  readonly fractionBits: number;

  /** Runs another program in the place of an operation that it stands for. */
  readonly evaluate: Evaluate;

  constructor(protocol: Protocol, fractionBits: number, evaluate: Evaluate) {
    this.protocol = protocol;
    this.fractionBits = fractionBits;
    this.evaluate = evaluate;
  }

  /** The format in which approximated functions take and give numbers of these sizes. */
  format(operation: string, numbers: readonly number[]): Result<FixedPoint, Problem<"range-exceeded">> {
    const magnitude = Math.max(...numbers.map(Math.abs));
    const wholeBits = Math.max(1, Math.floor(Math.log2(Math.max(magnitude, 1))) + 1);
    if (wholeBits + this.fractionBits <= 31) return ok(fixedPoint(this.fractionBits, wholeBits));
    return err(
      problem(
        "range-exceeded",
        `${operation}: numbers of up to ${magnitude.toPrecision(3)} on the way, and it takes numbers below ${2 ** (31 - this.fractionBits)}`,
        {
          hint: "scale the columns down first, or hold values between narrower bounds: .clip(least, greatest)",
        },
      ),
    );
  }

  /** A secret result, once its range is known to fit. Takes `shared` over, and frees it where it does not. */
  secret(operation: string, of: Omit<SecretTensor, "kind">): Result<SecretTensor, Problem<"range-exceeded">> {
    const magnitude = Math.max(Math.abs(of.least), Math.abs(of.greatest));
    const fits = this.fits(operation, magnitude, of.fractionBits);
    if (fits.ok) return ok({ kind: "secret", ...of });
    of.shared[Symbol.dispose]();
    return fits;
  }

  /** Refused where a number on the way could be too large: it would wrap around, and the answer be silently wrong. */
  fits(
    operation: string,
    magnitude: number,
    fractionBits: number,
  ): Result<undefined, Problem<"range-exceeded">> {
    if (bitsFor(magnitude, fractionBits) <= mostBits) return ok(undefined);
    const digits = Number.isFinite(magnitude) ? ` of up to ${magnitude.toPrecision(3)}` : " without a bound";
    return err(
      problem(
        "range-exceeded",
        `${operation}: numbers${digits} with ${fractionBits} binary digits after the point do not fit into the 64 bits of a share`,
        {
          hint: "scale the columns down first, or hold values between narrower bounds: .clip(least, greatest)",
        },
      ),
    );
  }

  /** The same numbers with more digits after the point. Local. A new column. */
  refined(x: SecretTensor, fractionBits: number): Shared {
    invariant(fractionBits >= x.fractionBits, "digits are only added");
    const more = fractionBits - x.fractionBits;
    return more === 0 ? this.protocol.copy(x.shared) : this.protocol.scale(x.shared, 1n << BigInt(more));
  }

  /** Two operands on one grid and one shape. */
  aligned(
    x: SecretTensor,
    y: SecretTensor,
  ): { readonly x: Shared; readonly y: Shared; readonly fractionBits: number } {
    const fractionBits = Math.max(x.fractionBits, y.fractionBits);
    return { x: this.refined(x, fractionBits), y: this.refined(y, fractionBits), fractionBits };
  }

  /** Repeats what is broadcast. A new tensor, or the same where nothing changes. */
  broadcast(
    x: SecretTensor,
    shape: readonly number[],
  ): { readonly tensor: SecretTensor; readonly isNew: boolean } {
    const places = broadcastPlaces(x.shape, shape);
    if (places === undefined) return { tensor: x, isNew: false };
    const shared = this.protocol.gather(x.shared, new Uint32Array(places));
    return { tensor: { ...x, shape, shared }, isNew: true };
  }

  /** A public value repeated to a shape. */
  broadcastPublic(value: PlainTensor, shape: readonly number[]): PlainTensor {
    const places = broadcastPlaces(value.shape, shape);
    if (places === undefined) return value;
    return { shape, data: Float64Array.from(places, (place) => value.data[place]!) };
  }

  /** Public numbers as shares, on this grid. */
  asSecret(value: SharesValue, fractionBits: number): SecretTensor {
    if (value.kind === "secret") return value;
    const { memory } = this.protocol.session;
    const column = encodePublic(memory, value.value, fractionBits);
    const shared = this.protocol.publicly(column);
    memory.free(column);
    let [least, greatest] = [0, 0];
    for (const number of value.value.data) {
      least = Math.min(least, number);
      greatest = Math.max(greatest, number);
    }
    return { kind: "secret", shape: shapeOf(value), shared, fractionBits, least, greatest };
  }

  /**
   * Times a public real number, on the grid of fractions again where the product is not whole. The factor gets as many
   * digits as fit, so that 1/n of a large n stays accurate.
   */
  async timesReal(x: SecretTensor, factor: number): Promise<Shared> {
    if (Number.isInteger(factor)) return this.protocol.scale(x.shared, BigInt(factor));
    const { fine, digits } = this.#digitsOfFactors(x, Math.abs(factor));
    using refined = this.refined(x, fine);
    using product = this.protocol.scale(refined, BigInt(Math.round(factor * 2 ** digits)));
    return await this.protocol.truncate(product, digits);
  }

  /** The same with a factor for each number, on the grid of fractions. */
  async timesReals(x: SecretTensor, factors: Float64Array): Promise<Shared> {
    const { memory } = this.protocol.session;
    const greatest = factors.reduce((most, factor) => Math.max(most, Math.abs(factor)), 0);
    const { fine, digits } = this.#digitsOfFactors(x, greatest);
    using refined = this.refined(x, fine);
    const column = encodePublic(memory, { shape: [factors.length], data: factors }, digits);
    using product = this.protocol.mulPublic(refined, column);
    memory.free(column);
    return await this.protocol.truncate(product, digits);
  }

  #digitsOfFactors(x: SecretTensor, factor: number): { readonly fine: number; readonly digits: number } {
    const fine = Math.max(x.fractionBits, this.fractionBits);
    const magnitude = Math.max(Math.abs(x.least), Math.abs(x.greatest), 2 ** -fine) * 2 ** fine;
    const room = mostBits - 2 - Math.ceil(Math.log2(magnitude * Math.max(factor, 2 ** -40)));
    return { fine, digits: Math.max(1, Math.min(40, room)) };
  }

  /** An operation, or a form of it, that has no reading on shares. */
  refuse(operation: string, what: string, hint?: string): Err<Problem<"not-on-shares">> {
    return err(
      problem(
        "not-on-shares",
        `${operation} ${what} is not computed on shares`,
        hint === undefined ? {} : { hint },
      ),
    );
  }
}
