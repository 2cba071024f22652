// What is used of Node's threads: this room is compiled without Node's types, because it runs in a browser too.

declare module "node:os" {
  export function availableParallelism(): number;
}

declare module "node:worker_threads" {
  export class Worker {
    constructor(
      file: URL,
      options: { readonly env: object; readonly stdout: boolean; readonly stderr: boolean },
    );
    postMessage(message: unknown): void;
    on(event: "message", listener: (message: never) => void): this;
    on(event: "error" | "exit", listener: () => void): this;
    terminate(): Promise<number>;
  }
  export const parentPort: {
    postMessage(message: unknown): void;
    on(event: "message", listener: (message: never) => void): void;
  } | null;
}

declare function setImmediate(done: () => void): unknown;
