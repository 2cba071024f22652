import { comparison } from "./elementwise.ts";

export const or = comparison("Or", (x, y) => x !== 0 || y !== 0);
