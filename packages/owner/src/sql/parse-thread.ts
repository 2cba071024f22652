// The thread in which strangers' SQL is read: PostgreSQL's own grammar, compiled to WebAssembly. It holds no
// data and no keys. Whoever started it ends it when a text takes too long, or leaves the parser in a bad state.

import { parentPort } from "node:worker_threads";
import { hasSqlDetails, loadModule, parseSync } from "libpg-query";
import type { ReadingLimits, ThreadReply } from "./sql-parser.ts";

await loadModule();
parentPort?.on("message", ({ text, limits }: { text: string; limits: ReadingLimits }) => {
  parentPort?.postMessage(replyTo(text, limits));
});
parentPort?.postMessage({ kind: "ready" } satisfies ThreadReply);

function replyTo(text: string, limits: ReadingLimits): ThreadReply {
  try {
    const tree = parseSync(text);
    const isSmall = fits(tree, limits);
    return isSmall ? { kind: "tree", json: JSON.stringify(tree) } : { kind: "too-large" };
  } catch (error) {
    if (hasSqlDetails(error) && error.sqlDetails !== undefined) {
      const { message, cursorPosition } = error.sqlDetails;
      return { kind: "error", message, place: cursorPosition };
    }
    return { kind: "broken" };
  }
}

/** Counted without recursion, so that a deep tree is refused and does not overflow this thread's stack. */
function fits(tree: unknown, { depth: deepest, values: most }: ReadingLimits): boolean {
  const waiting: (readonly [value: unknown, depth: number])[] = [[tree, 0]];
  for (let seen = 0; waiting.length > 0; seen++) {
    const [value, depth] = waiting.pop()!;
    if (seen > most || depth > deepest) return false;
    if (typeof value === "object" && value !== null)
      for (const inner of Object.values(value)) waiting.push([inner, depth + 1]);
  }
  return true;
}
