export { evaluate, type Inputs } from "./evaluate.ts";
