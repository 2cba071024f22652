export { and, copy, fromPlanes, not, spread, toPlanes, xor, xorAnd, xorReplicatedAnd } from "./bits";
export { stream } from "./chacha";
export { decodeFixed, encodeFixed } from "./fixed-point";
export * from "./ring";
