// Opens a home and serves it. Wires, and does nothing else.

import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { wireLimits } from "@unseen/wire";
import { resumeTrainings } from "../trainings/index.ts";
import { mayListen } from "./addresses.ts";
import { withCors } from "./cors.ts";
import { frontDoor } from "./front-door.ts";
import { gridRoutes } from "./grid-routes.ts";
import type { OwnerNode } from "./owner-node.ts";
import { requestGate } from "./request-gate.ts";

export type ServeOptions = {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** Web pages that may ask from a browser, as "https://app.example". */
  readonly allowedOrigins?: readonly string[];
};

export type Serving = {
  readonly url: string;
  /** Takes no new calls, lets those underway finish, then resolves. */
  close(): Promise<void>;
};

/** Every call's path begins with the schema's package. */
const servicePrefix = "/unseen.v1.";
/** Slow senders are cut off: a call's headers and body must arrive within these. */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 60_000;
const closeTimeoutMs = 5_000;

export async function serveNode(node: OwnerNode, options: ServeOptions): Promise<Result<Serving, Problem>> {
  const allowed = mayListen(options.host, options.tls !== undefined);
  if (!allowed.ok) return allowed;
  const adapter = connectNodeAdapter({
    routes: (router) => gridRoutes(router, node),
    readMaxBytes: wireLimits.tensorBytes,
    writeMaxBytes: wireLimits.replyBytes,
    grpc: false,
    grpcWeb: false,
    // A packed message is a short one that takes long.
    acceptCompression: [],
    requestGate: (context) => requestGate(node.accounts, context),
  });
  const door = frontDoor(node);
  const listener: RequestListener = (request, response) =>
    request.url?.startsWith(servicePrefix) ? adapter(request, response) : door(request, response);
  const server = openServer(options.tls, withCors(options.allowedOrigins ?? [], listener));
  if (!server.ok) return server;
  server.value.headersTimeout = headersTimeoutMs;
  server.value.requestTimeout = requestTimeoutMs;
  const listening = await listen(server.value, options);
  if (!listening.ok) return listening;
  if (node.trainings !== undefined) void resumeTrainings(node.trainings);
  const { address, port, family } = server.value.address() as AddressInfo;
  const host = family === "IPv6" ? `[${address}]` : address;
  return ok({ url: `${options.tls ? "https" : "http"}://${host}:${port}`, close: () => close(server.value) });
}

function openServer(tls: ServeOptions["tls"], listener: RequestListener): Result<Server, Problem> {
  if (tls === undefined) return ok(createServer(listener));
  try {
    return ok(
      createTlsServer(
        { cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile), minVersion: "TLSv1.2" },
        listener,
      ),
    );
  } catch {
    return err(
      problem("insecure-address", "the TLS certificate or its key cannot be read", {
        hint: "--tls-cert and --tls-key name PEM files that belong together",
      }),
    );
  }
}

function listen(server: Server, { host, port }: ServeOptions): Promise<Result<undefined, Problem>> {
  return new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE" ? "something else listens there already" : "the system does not allow it";
      resolve(
        err(
          problem("node-failed", `the node cannot listen on ${host}:${port}: ${why}`, {
            hint: "choose another --port",
          }),
        ),
      );
    });
    server.listen(port, host, () => resolve(ok(undefined)));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), closeTimeoutMs);
    server.close(() => {
      clearTimeout(late);
      resolve();
    });
    server.closeIdleConnections();
  });
}
