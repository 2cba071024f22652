import { comparison } from "./elementwise.ts";

export const greaterOrEqual = comparison("GreaterOrEqual", (x, y) => x >= y);
