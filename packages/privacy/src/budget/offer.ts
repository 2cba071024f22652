import type { AttoDelta } from "./atto-delta.ts";
import type { NanoEpsilon } from "./nano-epsilon.ts";

/**
 * What an asker puts on the table for one question. The whole offer is charged, whatever the data says.
 * `pure` is answered with discrete Laplace noise, `approximate` with discrete Gaussian noise.
 */
export type Offer =
  | { readonly kind: "pure"; readonly epsilon: NanoEpsilon }
  | { readonly kind: "approximate"; readonly epsilon: NanoEpsilon; readonly delta: AttoDelta };
