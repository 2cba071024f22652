export { and, copy, fromPlanes, not, spread, toPlanes, xor, xorAnd, xorReplicatedAnd } from "./bits";
export { stream } from "./chacha";
export {
  fieldCollapse,
  fieldCombine,
  fieldGram,
  fieldMultiply,
  fieldProject,
  fieldRowSums,
} from "./field";
export { decodeFixed, encodeFixed } from "./fixed-point";
export * from "./ring";
export {
  wideAddScaled,
  wideCarry,
  wideCarryMatmul,
  wideColumnSum,
  wideForm,
  wideGram,
  wideOf,
  wideProducts,
  wideRowSum,
} from "./wide";
