import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { FromThread, Thread, Threads } from "@unseen/compute";

/** Node's own threads, as many as there are processors unless said. */
export function threadsHere(count: number = availableParallelism()): Threads {
  return { count, start, turn: () => new Promise((done) => void setImmediate(done)) };
}

function start(): Thread {
  // Beside this file, in the sources as in the build.
  const file = import.meta.url.endsWith(".ts") ? "./thread-of-node.ts" : "./thread-of-node.js";
  const worker = new Worker(new URL(file, import.meta.url), { env: {}, stdout: true, stderr: true });
  return {
    post: (message) => worker.postMessage(message),
    listen: (listener) => {
      worker.on("message", (message: FromThread) => listener(message));
      worker.on("error", () => listener("ended")).on("exit", () => listener("ended"));
    },
    end: () => void worker.terminate(),
  };
}
