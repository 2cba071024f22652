import { comparison } from "./elementwise.ts";

export const lessOrEqual = comparison("LessOrEqual", (x, y) => x <= y);
