export type { Brand } from "./brand.ts";
export { BrokenInvariant, invariant } from "./invariant.ts";
export { Once } from "./once.ts";
export { platformEntropy } from "./platform-entropy.ts";
export type { Clock, Entropy } from "./ports.ts";
export { type Problem, type ProblemCode, problem, problemCodes } from "./problem.ts";
export { type Err, err, type Ok, ok, type Result } from "./result.ts";
export { Secret } from "./secret.ts";
