// `unseen doctor`: what of this machine Unseen would use, and why. Looks at no data and asks nobody.

import { availableParallelism, totalmem } from "node:os";
import { presentBackends } from "@unseen/learning";
import { presentEngines } from "@unseen/owner";
import { indented, table, wrapped } from "../output/table.ts";
import { type Shell, say, sayJson, widthFor } from "../shell/shell.ts";
import { findOnnxruntime } from "./find-onnxruntime.ts";

export type DoctorOptions = { readonly json?: boolean };

export async function doctor(shell: Shell, options: DoctorOptions): Promise<void> {
  const backends = presentBackends(await findOnnxruntime());
  const engines = await presentEngines();
  const node = process.versions.node;
  const memoryGiB = totalmem() / 2 ** 30;
  const machine = { node, processors: availableParallelism(), memoryGiB: Number(memoryGiB.toFixed(1)) };
  // What `fit` of the client takes by itself.
  const trainsOn = backends[0]!.backend.name;
  if (options.json === true) {
    const listed = backends.map(({ backend: { name, precision }, because }) => ({
      name,
      precision,
      because,
    }));
    return sayJson(shell, {
      machine,
      training: { plain: trainsOn, private: "wasm" },
      backends: listed,
      engines,
    });
  }
  say(shell, `Node ${node}, ${machine.processors} processors, ${machine.memoryGiB} GiB of memory.`);
  say(shell, "\nBackends for training, the usually fastest first:");
  say(shell, indented(table(backends.map(({ backend, because }) => [backend.name, because]))));
  const said = `A model trains on ${trainsOn}, unless fit is given another backend. A private one trains on wasm, and never on onnxruntime: what that gives for a row may depend on the rows beside it.`;
  say(shell, indented(wrapped(said, widthFor(shell) - 2)));
  if (trainsOn !== "onnxruntime") {
    const hint =
      "onnxruntime-node is not installed. It is optional, and faster on images: npm install onnxruntime-node";
    say(shell, indented(wrapped(hint, widthFor(shell) - 2)));
  }
  const rows = engines.map(({ name, isPresent, use }) => [name, isPresent ? "ready" : "does not load", use]);
  say(shell, `\nEngines of an owner:\n${indented(table(rows))}`);
}
