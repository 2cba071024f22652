import { comparison } from "./elementwise.ts";

export const and = comparison("And", (x, y) => x !== 0 && y !== 0);
