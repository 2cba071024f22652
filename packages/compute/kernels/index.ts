export { and, copy, fromPlanes, not, spread, toPlanes, xor, xorAnd, xorReplicatedAnd } from "./bits";
export { stream } from "./chacha";
export * from "./ring";
