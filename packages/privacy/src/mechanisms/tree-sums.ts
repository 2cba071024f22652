// Sums over a tree: each leaf is a bin, each node the sum below it, and all nodes are noised. Any range is then a
// few nodes and not many leaves. Hay, Rastogi, Miklau, Suciu 2010 (arXiv 0904.0942); Chan, Shi, Song 2011. The proof
// stands in `tree-sums.md`; what is done with a released tree stands in `read-tree.ts`.

import { type Entropy, invariant, Secret } from "@unseen/base";
import { divideRationals, type Rational, rational } from "../budget/rational.ts";
import { gaussianMeasurement, laplaceMeasurement, type Measurement } from "./measurement.ts";
import type { MechanismEvent } from "./mechanism-event.ts";
import { afterRelease, type Released } from "./released.ts";
import { laplaceSumHalfWidthAtLeast } from "./tail-of-sums.ts";

/** Noised sums: `levels[0]` are the leaves, each later level the nodes above, the last one the root alone. */
export type NoisedTree = {
  readonly branching: number;
  /** How many of the leaves stand for a bin; the rest only fill the tree up. */
  readonly leaves: number;
  readonly levels: readonly (readonly bigint[])[];
};

export type TreePrice =
  | { readonly kind: "pure"; readonly epsilon: Rational }
  | { readonly kind: "concentrated"; readonly rho: Rational };

export type TreeSums = {
  readonly event: MechanismEvent;
  readonly price: TreePrice;
  readonly levels: number;
  release(leaves: Secret<BigInt64Array>, entropy: Entropy): Released<NoisedTree>;
  /** For `rangeSum` of any one range under pure noise: (branching - 1) nodes a level on both sides at most. Rounded up. */
  rangeHalfWidthAtLeast(confidence: number): bigint;
};

/** Nodes of a tree: past this a release would be larger than any answer that is sent. */
const mostNodes = 2 ** 22;

/**
 * One release of all nodes. A person who moves the leaves by `leafL1` in all moves every level by no more, hence the
 * whole tree by levels * leafL1; in L2, squared, by levels * leafL1^2. Costs what `price` says, whatever is read later.
 */
export function treeSums(of: {
  readonly leaves: number;
  /** Children a node; 16 is near the best for ranges over hundreds to thousands of leaves. */
  readonly branching: number;
  /** Most that one privacy unit moves all leaves together, summed. */
  readonly leafL1: bigint;
  readonly price: TreePrice;
}): TreeSums {
  const { leaves, branching, leafL1, price } = of;
  invariant(Number.isSafeInteger(leaves) && leaves > 0, "a tree has at least one leaf");
  invariant(Number.isSafeInteger(branching) && branching >= 2, "a node has at least two children");
  const sizes = levelSizes(leaves, branching);
  const nodes = sizes.reduce((sum, size) => sum + size, 0);
  invariant(nodes <= mostNodes, "a tree has at most four million nodes");
  const levels = BigInt(sizes.length);
  const measurement =
    price.kind === "pure"
      ? laplaceMeasurement({ l1Sensitivity: levels * leafL1, epsilon: price.epsilon, dimension: nodes })
      : gaussianMeasurement({
          l2SensitivitySquared: levels * leafL1 * leafL1,
          rho: price.rho,
          dimension: nodes,
        });
  return Object.freeze({
    event: measurement.event,
    price,
    levels: sizes.length,
    release(sums: Secret<BigInt64Array>, entropy: Entropy) {
      const exact = Secret.reveal(sums);
      invariant(exact.length === leaves, "a tree has as many leaves as it was priced for");
      const all = Secret.of(allNodes(exact, sizes, branching));
      return afterRelease(measurement.release(all, entropy), (noised) =>
        Object.freeze({ branching, leaves, levels: cutIntoLevels(noised, sizes) }),
      );
    },
    rangeHalfWidthAtLeast(confidence: number) {
      const mostRead = Math.min(nodes, 2 * (branching - 1) * sizes.length);
      return rangeHalfWidth(measurement, price, levels * leafL1, mostRead, confidence);
    },
  });
}

function rangeHalfWidth(
  measurement: Measurement,
  price: TreePrice,
  l1: bigint,
  mostRead: number,
  confidence: number,
): bigint {
  invariant(confidence > 0 && confidence < 1, "a confidence lies strictly between 0 and 1");
  if (price.kind === "pure")
    return laplaceSumHalfWidthAtLeast(divideRationals(rational(l1), price.epsilon), mostRead, confidence);
  // By the union bound over the nodes that are read.
  return BigInt(mostRead) * measurement.halfWidthAtLeast(1 - (1 - confidence) / mostRead);
}

/** From the leaves, filled up to a power of the branching, to the root. */
function levelSizes(leaves: number, branching: number): number[] {
  const sizes = [1];
  while (sizes[0]! < leaves) sizes.unshift(sizes[0]! * branching);
  return sizes;
}

function allNodes(leaves: BigInt64Array, sizes: readonly number[], branching: number): BigInt64Array {
  const nodes = new BigInt64Array(sizes.reduce((sum, size) => sum + size, 0));
  nodes.set(leaves);
  let below = 0;
  for (const [level, size] of sizes.entries()) {
    if (level === 0) continue;
    const here = below + sizes[level - 1]!;
    for (let node = 0; node < size; node++) {
      for (let child = 0; child < branching; child++)
        nodes[here + node]! += nodes[below + node * branching + child]!;
    }
    below = here;
  }
  return nodes;
}

function cutIntoLevels(nodes: readonly bigint[], sizes: readonly number[]): readonly (readonly bigint[])[] {
  let at = 0;
  return Object.freeze(
    sizes.map((size) => {
      at += size;
      return Object.freeze(nodes.slice(at - size, at));
    }),
  );
}
