import { comparison } from "./elementwise.ts";

export const greater = comparison("Greater", (x, y) => x > y);
