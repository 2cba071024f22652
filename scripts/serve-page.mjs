// Serves a built page to the browser tests.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};

/** What gives a page memory that it can share with its workers. */
const isolated = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** The files of a folder on a free port of the loopback address, which browsers take for a secure context. */
export async function servePage(folder, { isIsolated = false } = {}) {
  const server = createServer(async (request, response) => {
    const path = request.url === "/" ? "/index.html" : new URL(request.url, "http://page").pathname;
    try {
      const body = await readFile(join(folder, path));
      response
        .writeHead(200, {
          "content-type": types[extname(path)] ?? "application/octet-stream",
          ...(isIsolated ? isolated : {}),
        })
        .end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
