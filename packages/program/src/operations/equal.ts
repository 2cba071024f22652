import { comparison } from "./elementwise.ts";

export const equal = comparison("Equal", (x, y) => x === y);
