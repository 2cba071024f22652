// Training in several threads of a page: a part of its own, for a page and for its worker. Node uses its threads by itself.

import {
  type Backend,
  canShareMemory,
  type FromThread,
  serveThread,
  type ToThread,
  wasmBackend,
} from "@unseen/compute";

/** What is used of a page's `Worker`. */
export type PageWorker = {
  postMessage(message: unknown): void;
  addEventListener(kind: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(kind: "error" | "messageerror", listener: () => void): void;
  terminate(): void;
};

/** What is used of a worker's own scope, `self`. */
export type WorkerScope = {
  postMessage(message: unknown): void;
  addEventListener(kind: "message", listener: (event: { readonly data: unknown }) => void): void;
};

/**
 * `fit`'s `backend`: WebAssembly in `count` workers, each of which begins with `serve(self)`. Memory is shared with them, which
 * browsers allow to a page that is isolated from other origins (COOP and COEP); elsewhere, and until the workers are up, the page's
 * own thread computes. The same numbers come out for any count.
 */
export function inThreads(start: () => PageWorker, count: number = cores()): Backend {
  const threads = {
    count,
    start: () => {
      const worker = start();
      return {
        post: (message: ToThread) => worker.postMessage(message),
        listen: (listener: (message: FromThread) => void) => {
          worker.addEventListener("message", ({ data }) => listener(data as FromThread));
          for (const kind of ["error", "messageerror"] as const)
            worker.addEventListener(kind, () => listener("ended"));
        },
        end: () => worker.terminate(),
      };
    },
    turn,
  };
  return { ...wasmBackend, threads };
}

/** For the worker's file, which says `serve(self)` and nothing else. */
export function serve(scope: WorkerScope): void {
  serveThread(
    {
      post: (message) => scope.postMessage(message),
      listen: (listener) => scope.addEventListener("message", ({ data }) => listener(data as ToThread)),
    },
    wasmBackend,
  );
}

/** Whether this page may share memory with workers. */
export const hasThreads: () => boolean = canShareMemory;

/** A timer would wait for four milliseconds. */
function turn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((done) => {
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(undefined);
  });
}

function cores(): number {
  return globalThis.navigator?.hardwareConcurrency ?? 1;
}
