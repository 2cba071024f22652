export { and, fromPlanes, not, spread, toPlanes, xor, xorAnd, xorReplicatedAnd } from "./bits";
export { stream } from "./chacha";
export * from "./ring";
