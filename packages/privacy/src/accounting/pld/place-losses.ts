// Chooses where to look before anything fine is computed: the tilt, the window and the step of the lattice. Nothing here
// carries a guarantee: a poor choice makes the two bounds lie further apart, never on the wrong side.

import type { Placement } from "./compose-losses.ts";
import { rangeOf, sketchOf } from "./loss-lattice.ts";
import type { LossOrder } from "./loss-source.ts";

export type Release = { readonly order: LossOrder; readonly count: number };

export type Wish = {
  /** What the answer is about; the tilt centres the sum there. */
  readonly near: { readonly delta: number } | { readonly epsilon: number } | "everything";
  /** Distance of the two bounds that we aim at, relative to epsilon. */
  readonly relativeWidth: number;
  /** Most points of a lattice. */
  readonly mostPoints: number;
};

export type Plan = {
  readonly placement: Placement;
  /** A first step; half of it, and half of that, suit the losses as well. */
  readonly step: number;
  /** Below this the lattice would have too many points. */
  readonly leastStep: number;
  /** How far apart the bounds on epsilon may be. */
  readonly allowedGap: number;
  readonly tail: number;
};

/** Cut off while looking: far less than any tail that is asked for. */
const sketchTail = 1e-40;
const cheapPoints = 2 ** 14;
/** Window tails, as a logarithm: with what they add, e^-20 is a ten-millionth of the answer or so. */
const logOutside = 20;

export function planLosses(releases: readonly Release[], wish: Wish): Plan {
  const sketches = releases.map(({ order, count }) => {
    const source = order(sketchTail);
    return { source, count, ...sketchOf(source) };
  });
  const steps = releases.reduce((sum, { count }) => sum + count, 0);
  const log = (tilt: number) => total((sketch) => logMoment(sketch, tilt).log);
  const still = moments(0);
  const spread = Math.max(Math.sqrt(still.variance), 1e-9);
  const mostTilt = 30 / spread + 1;
  const tilt = tiltFor(wish.near);
  const { mean, variance } = moments(tilt);
  // Near the largest loss of all nothing varies any more; a window of no width would hold nothing.
  const deviation = Math.max(Math.sqrt(variance), spread / 100);
  const epsilon = Math.max(
    "epsilon" in Object(wish.near) ? (wish.near as { epsilon: number }).epsilon : mean,
    spread / 10,
  );

  const tail = tailFor(wish.near);
  const allowed = wish.relativeWidth * epsilon;
  let lonely = 0;
  for (const { source, count } of sketches) {
    if (source.atoms.length > 0) lonely += count / 2;
  }
  const spacing = commonSpacing();
  let step = Math.sqrt((0.5 * allowed) / ((tilt * steps) / 4 + 1e-300));
  if (lonely > 0 && spacing === undefined) step = Math.min(step, (0.5 * allowed) / lonely);
  const window = windowAround();
  const range = Math.max(...sketches.map(({ source }) => spanAt(source, tail)));
  // Cells that cost next to nothing are taken even where fewer would do.
  step = Math.min(step, Math.max(range, window.to - window.from) / cheapPoints);
  // A single release has no window: only its own range counts.
  const least = Math.max(
    steps === 1 ? 0 : (window.to - window.from) / (0.9 * wish.mostPoints),
    range / wish.mostPoints,
  );
  step = Math.max(step, least);
  if (spacing === undefined) {
    const power = 2 ** Math.floor(Math.log2(step));
    step = power >= least ? power : 2 * power;
  } else {
    const parts = Math.floor(spacing / step);
    step =
      parts >= 1
        ? spacing /
          (parts * step >= spacing * 0.999999 || parts === 0
            ? parts
            : Math.max(1, Math.min(parts + 1, Math.floor(spacing / least))))
        : step;
  }
  return {
    placement: {
      tilt,
      ...window,
      negligible: tail * 1e3,
    },
    step,
    leastStep: least,
    allowedGap: allowed,
    tail,
  };

  function total(of: (sketch: (typeof sketches)[number]) => number): number {
    return sketches.reduce((sum, sketch) => sum + sketch.count * of(sketch), 0);
  }

  function moments(at: number) {
    const each = sketches.map((sketch) => logMoment(sketch, at));
    const sum = (of: (part: (typeof each)[number]) => number) =>
      each.reduce((all, part, i) => all + (sketches[i]?.count ?? 0) * of(part), 0);
    return { mean: sum((part) => part.mean), variance: sum((part) => part.variance) };
  }

  function tiltFor(near: Wish["near"]): number {
    if (near === "everything") return 0;
    if ("epsilon" in near) {
      if (moments(0).mean >= near.epsilon) return 0;
      let [low, high] = [0, mostTilt];
      for (let round = 0; round < 40; round++) {
        const middle = (low + high) / 2;
        if (moments(middle).mean < near.epsilon) low = middle;
        else high = middle;
      }
      return low;
    }
    // The order that would give the smallest epsilon by Renyi divergence (Canonne, Kamath, Steinke 2020, Prop. 12).
    const logInverse = -Math.log(near.delta);
    const bound = (at: number) =>
      (log(at) + logInverse + at * Math.log(at / (at + 1)) - Math.log(at + 1)) / at;
    let [low, high] = [Math.log(mostTilt * 1e-6), Math.log(mostTilt)];
    for (let round = 0; round < 40; round++) {
      const [a, b] = [low + 0.382 * (high - low), low + 0.618 * (high - low)];
      if (bound(Math.exp(a)) < bound(Math.exp(b))) high = b;
      else low = a;
    }
    return Math.exp(low);
  }

  function tailFor(near: Wish["near"]): number {
    const wanted =
      near === "everything" ? -18 : "delta" in near ? Math.log(near.delta) : log(tilt) - tilt * near.epsilon;
    // Five digits below what is asked, shared by all releases; and nothing that doubles cannot hold.
    const logTail = Math.max(
      -600,
      wanted - (near === "everything" || "delta" in near ? 12 : 18) - Math.log(steps),
    );
    return Math.exp(Math.min(-20, logTail));
  }

  function windowAround() {
    const here = log(tilt);
    const best = (direction: 1 | -1) => {
      let [edge, rate] = [Number.POSITIVE_INFINITY, 1];
      for (const widths of [0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8.5, 12]) {
        const candidate = widths / deviation;
        const reach = (log(tilt + direction * candidate) - here + logOutside) / candidate;
        if (reach < edge) [edge, rate] = [reach, candidate];
      }
      return [edge, rate] as const;
    };
    const [[to, rateAbove], [minusFrom, rateBelow]] = [best(1), best(-1)];
    return { from: -minusFrom, to, rateBelow, rateAbove };
  }

  function commonSpacing(): number | undefined {
    const first = sketches[0]?.source.spacing;
    if (first === undefined) return undefined;
    return sketches.every(({ source }) => Math.abs((source.spacing ?? 0) / first - 1) < 1e-15)
      ? first
      : undefined;
  }

  function spanAt(sketched: ReturnType<LossOrder>, at: number): number {
    const i = sketches.findIndex(({ source }) => source === sketched);
    const [smallest, largest] = rangeOf(releases[i]?.order(at) ?? sketched);
    return largest - smallest;
  }
}

function logMoment(
  { losses, masses }: { readonly losses: Float64Array; readonly masses: Float64Array },
  tilt: number,
) {
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < losses.length; i++) {
    if (masses[i]! > 0) highest = Math.max(highest, tilt * losses[i]!);
  }
  let [sum, first, second] = [0, 0, 0];
  for (let i = 0; i < losses.length; i++) {
    const weight = masses[i]! * Math.exp(tilt * losses[i]! - highest);
    sum += weight;
    first += weight * losses[i]!;
    second += weight * losses[i]! ** 2;
  }
  const mean = first / sum;
  return { log: highest + Math.log(sum), mean, variance: Math.max(0, second / sum - mean * mean) };
}
