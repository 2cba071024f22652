import { comparison } from "./elementwise.ts";

export const less = comparison("Less", (x, y) => x < y);
