export { type AttoDelta, attoDeltaOf, formatDelta } from "../../../privacy/src/budget/atto-delta.ts";
export { formatEpsilon, type NanoEpsilon, nanoEpsilonOf } from "../../../privacy/src/budget/nano-epsilon.ts";
