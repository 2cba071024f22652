import { comparison } from "./elementwise.ts";

export const xor = comparison("Xor", (x, y) => (x !== 0) !== (y !== 0));
