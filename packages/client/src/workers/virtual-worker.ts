// A worker in this process that speaks the real protocol: every message is encoded, sent over a transport
// in memory, checked and decoded, by the same code that an owner's node runs.

import { createClient, createRouterTransport } from "@connectrpc/connect";
import { Workspace } from "@unseen/compute";
import { WorkspaceService, workspaceRoutes } from "@unseen/wire";
import { callNode } from "../refusals/node-call.ts";
import { RemoteWorker } from "./worker.ts";

/** Far above any computation that fits in a workspace; a call in memory has no network to wait for. */
const deadlineMs = 60_000;

export class VirtualWorker extends RemoteWorker {
  /** `id` is the worker's name, as in `May Clinic`; it is shown and identifies nothing. */
  constructor({ id }: { readonly id: string }) {
    const workspace = new Workspace();
    const transport = createRouterTransport((router) => workspaceRoutes(router, () => workspace));
    const client = createClient(WorkspaceService, transport);
    super(id, { call: (send) => callNode(id, deadlineMs, (options) => send(client, options)) });
  }
}
