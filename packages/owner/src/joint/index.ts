export { answerJointly } from "./answer-jointly.ts";
export type { JointPorts } from "./joint-ports.ts";
export { NoisedBook } from "./noised-book.ts";
export { priceJointly } from "./price-jointly.ts";
export { provideJointly } from "./provide-jointly.ts";
export { type JointTeachingPorts, priceTeachJointly, teachJointly } from "./teach-jointly.ts";
