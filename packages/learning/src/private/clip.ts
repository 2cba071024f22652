// The norm that gradients are scaled down to, fixed or found while training: Andrew and others 2021 (arXiv 1905.03871).

/** From 0.001 up a clip is far from where float32 loses small numbers. */
export const [smallestClip, largestClip] = [1e-3, 1e6];

export type AdaptiveClip = {
  /** The share of units whose gradients should not need to be scaled down; 0.5 if left out. */
  readonly quantile?: number;
  /** How fast the clip follows; 0.2 if left out. */
  readonly rate?: number;
};

/** After a step in which about this share of units stayed below the clip. What is learnt of it was noised with the step's sums. */
export function nextClip(
  clip: number,
  shareBelow: number,
  { quantile = 0.5, rate = 0.2 }: AdaptiveClip,
): number {
  const share = Math.min(1, Math.max(0, shareBelow));
  return Math.min(largestClip, Math.max(smallestClip, clip * Math.exp(-rate * (share - quantile))));
}
