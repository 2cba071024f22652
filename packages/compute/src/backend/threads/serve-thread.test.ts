import { expect, test } from "vitest";
import type { Backend } from "../backend.ts";
import { serveThread } from "./serve-thread.ts";
import type { FromThread, ToThread } from "./thread.ts";

/** What a thread says of these messages. */
async function told(backend: Pick<Backend, "compile">, messages: readonly ToThread[]) {
  const said: FromThread[] = [];
  let hear: (message: ToThread) => void = () => expect.fail("nobody listens");
  const port = {
    post: (message: FromThread) => void said.push(message),
    listen: (listener: typeof hear) => {
      hear = listener;
    },
  };
  serveThread(port, { name: "wasm", precision: "float32", ...backend });
  for (const message of messages) {
    const before = said.length;
    hear(message);
    await expect.poll(() => said.length).toBe(before + 1);
  }
  return said;
}

const compile = { kind: "compile", program: {}, inputs: new Map(), outputs: [] } as unknown as ToThread;

test("a thread that finds no memory, or fails at a run, says that it is over, so that nobody waits for it", async () => {
  const noMemory = async () => Promise.reject(new RangeError("no memory"));
  expect(await told({ compile: noMemory }, [compile])).toEqual(["ended"]);
  const failing = { run: noMemory, close: () => undefined };
  const fails = async () => ({ ok: true, value: failing }) as const;
  expect(await told({ compile: fails }, [compile, { kind: "run" }])).toEqual(["ready", "ended"]);
});
