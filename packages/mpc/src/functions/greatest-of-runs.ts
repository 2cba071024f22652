// The greatest or least of each run of neighbours, and where it stands: a tree of comparisons, half as many a level.
//
// Numbers are laid out place by place: all runs' first, then all runs' second, and so on, so that the sides of a level are
// whole blocks and a place that is left over stays last. The left side always holds the earlier places, and the right wins
// only if it is greater, so of equal ones the first is found.

import { invariant } from "@unseen/base";
import { atOnce, inTurn, type Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared } from "../protocol/shared.ts";
import { compare, comparePrice } from "./compare.ts";
import { select, selectByNumber, selectPrice } from "./select.ts";
import { wholeNumbers } from "./whole-numbers.ts";

/** Which of each run: the greatest or the least. */
export type End = "greatest" | "least";

/** One number for each run of `run` neighbours. Right while numbers of one run differ by less than 2^(width - 1). */
export async function endOfRuns(
  protocol: Protocol,
  end: End,
  x: Shared,
  run: number,
  width: number,
): Promise<Shared> {
  const { value, place } = await tree(protocol, end, x, run, width, false);
  place?.[Symbol.dispose]();
  return value;
}

/** Its place in its run, from 0, as an integer; the first of equal ones. */
export async function placeOfEnd(
  protocol: Protocol,
  end: End,
  x: Shared,
  run: number,
  width: number,
): Promise<Shared> {
  const { value, place } = await tree(protocol, end, x, run, width, true);
  value[Symbol.dispose]();
  invariant(place !== undefined, "a tree that was asked for places has them");
  return place;
}

/** The greatest of each window; `places` has `run` places in x for each, one window after the other. */
export async function poolGreatest(
  protocol: Protocol,
  x: Shared,
  places: Uint32Array,
  run: number,
  width: number,
): Promise<Shared> {
  using windows = protocol.gather(x, places);
  return await endOfRuns(protocol, "greatest", windows, run, width);
}

export function endOfRunsPrice(prices: ProtocolPrices, runs: number, run: number, width: number): Price {
  return treePrice(prices, runs, run, width, (length) => selectPrice(prices, length));
}

/** The first level's places are public numbers and a bit: only from the second level on they are selected. */
export function placeOfEndPrice(prices: ProtocolPrices, runs: number, run: number, width: number): Price {
  return treePrice(prices, runs, run, width, (length, level, isLast) => {
    const count = (level === 0 ? 0 : 1) + (isLast ? 0 : 1);
    const selected = Array.from({ length: count }, () => prices.multiply(length));
    return inTurn(prices.fromBit(length), atOnce(...selected));
  });
}

function treePrice(
  prices: ProtocolPrices,
  runs: number,
  run: number,
  width: number,
  choosing: (length: number, level: number, isLast: boolean) => Price,
): Price {
  const levels: Price[] = [];
  for (let left = run; left > 1; left -= left >> 1) {
    const length = runs * (left >> 1);
    const chosen = choosing(length, levels.length, left === 2);
    levels.push(inTurn(comparePrice(prices, "less", length, width), chosen));
  }
  return inTurn(...levels);
}

type Winners = { readonly value: Shared; readonly place: Shared | undefined };

async function tree(
  protocol: Protocol,
  end: End,
  x: Shared,
  run: number,
  width: number,
  wantsPlace: boolean,
): Promise<Winners> {
  invariant(run > 0 && x.length % run === 0, "runs fill the column");
  const runs = x.length / run;
  let value = protocol.gather(x, transposed(runs, run));
  let place = wantsPlace ? publicPlaces(protocol, runs, run) : undefined;
  for (let left = run; left > 1; left -= left >> 1) {
    const isLast = left === 2;
    const [pairs, wasValue, wasPlace] = [left >> 1, value, place];
    using low = protocol.gather(value, blocks(runs, pairs, 0));
    using high = protocol.gather(value, blocks(runs, pairs, 1));
    const isRight = () =>
      end === "greatest"
        ? compare(protocol, "less", low, high, width)
        : compare(protocol, "greater", low, high, width);
    using bit = await isRight();
    if (place === undefined) {
      value = withRest(protocol, await select(protocol, bit, high, low), wasValue, runs, left);
      wasValue[Symbol.dispose]();
      continue;
    }
    using right = await protocol.fromBit(bit);
    const isFirst = left === run;
    const [chosen, chosenPlace] = await Promise.all([
      isLast ? protocol.copy(low) : selectByNumber(protocol, right, high, low),
      winningPlace(protocol, right, place, runs, pairs, isFirst),
    ]);
    value = withRest(protocol, chosen, wasValue, runs, left);
    if (wasPlace !== undefined) place = withRest(protocol, chosenPlace, wasPlace, runs, left);
    wasValue[Symbol.dispose]();
    wasPlace?.[Symbol.dispose]();
  }
  return { value, place };
}

async function winningPlace(
  protocol: Protocol,
  right: Shared,
  place: Shared,
  runs: number,
  pairs: number,
  isFirst: boolean,
): Promise<Shared> {
  using low = protocol.gather(place, blocks(runs, pairs, 0));
  if (isFirst) return protocol.add(low, right);
  using high = protocol.gather(place, blocks(runs, pairs, 1));
  return await selectByNumber(protocol, right, high, low);
}

/** Takes `chosen` over. */
function withRest(protocol: Protocol, chosen: Shared, all: Shared, runs: number, left: number): Shared {
  if (left % 2 === 0) return chosen;
  using winners = chosen;
  using rest = protocol.gather(all, blocks(runs, 1, left - 1));
  return protocol.concat([winners, rest]);
}

function publicPlaces(protocol: Protocol, runs: number, run: number): Shared {
  const { memory } = protocol.session;
  const places = memory.columnOf(wholeNumbers(runs * run, (at) => Math.floor(at / runs)));
  const shared = protocol.publicly(places);
  memory.free(places);
  return shared;
}

/** Of every second block of `runs`, from the block `first` on. */
function blocks(runs: number, count: number, first: number): Uint32Array {
  const places = new Uint32Array(runs * count);
  for (let block = 0, at = 0; block < count; block++)
    for (let row = 0; row < runs; row++) places[at++] = (first + 2 * block) * runs + row;
  return places;
}

function transposed(runs: number, run: number): Uint32Array {
  const places = new Uint32Array(runs * run);
  for (let place = 0, at = 0; place < run; place++)
    for (let row = 0; row < runs; row++) places[at++] = row * run + place;
  return places;
}
