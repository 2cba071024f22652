// What a thread of Node's runs: steps of a training, for the thread that started it.

import { parentPort } from "node:worker_threads";
import { serveThread, type ToThread, wasmBackend } from "@unseen/compute";

const port = parentPort;
if (port !== null)
  serveThread(
    {
      post: (message) => port.postMessage(message),
      listen: (listener) => port.on("message", (message: ToThread) => listener(message)),
    },
    wasmBackend,
  );
