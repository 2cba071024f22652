import type { Backend, Compiled } from "../backend.ts";
import type { FromThread, SharedNumbers, ToThread } from "./thread.ts";

/** The other end of a `Thread`. */
export type ThreadPort = {
  post(message: FromThread): void;
  listen(listener: (message: ToThread) => void): void;
};

/** Compiles and runs what it is told until the thread is ended. Its one caller is the thread that started it. */
export function serveThread(port: ThreadPort, backend: Backend): void {
  let held: {
    compiled: Compiled;
    inputs: ReadonlyMap<string, SharedNumbers>;
    outputs: readonly SharedNumbers[];
  };
  const hear = async (message: ToThread) => {
    if (message.kind === "compile") {
      const { program, inputs, outputs } = message;
      const compiled = await backend.compile(program);
      if (!compiled.ok) return port.post("refused");
      held = { compiled: compiled.value, inputs, outputs };
      return port.post("ready");
    }
    const results = await held.compiled.run(held.inputs);
    for (const [at, result] of results.entries()) held.outputs[at]!.set(result);
    port.post("done");
  };
  // A page does not hear of what its worker failed at: it would wait for ever.
  port.listen((message) => void hear(message).catch(() => port.post("ended")));
}
