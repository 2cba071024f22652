// The workspace service over a `Workspace`: the same few lines behind a worker in this process and behind an
// owner's node, so that what works with one works with the other.

import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import type { Workspace } from "@unseen/compute";
import { encodeTensor } from "./codec/tensor-codec.ts";
import { WorkspaceService } from "./gen/unseen/v1/workspace_pb.ts";
import { wireLimits } from "./limits.ts";
import { valueOrRefusal } from "./problems/value-or-refusal.ts";
import { readObjectId, readPut, readRun } from "./requests/workspace-requests.ts";

/** Chooses the caller's workspace. A node that does not know the caller throws `problemToConnectError(...)`. */
export type WorkspaceOf = (context: HandlerContext) => Workspace | Promise<Workspace>;

/**
 * The options that every route of ours has: Connect's own protocol alone, and fields that the schema does
 * not name are dropped where they stand instead of being kept (two hostile bytes make an object each).
 * A route's options replace the router's, so these are said again beside each limit.
 */
export function routeOptions(readMaxBytes: number) {
  return { grpc: false, grpcWeb: false, readMaxBytes, binaryOptions: { readUnknownFields: false } };
}

/** Adds the workspace service to a router. The caller is asked for before the message is looked into. */
export function workspaceRoutes(router: ConnectRouter, workspaceOf: WorkspaceOf): void {
  const { put, run, fetch, delete: remove, list } = WorkspaceService.method;
  const small = routeOptions(wireLimits.runBytes);
  router.rpc(
    put,
    async (request, context) => {
      const workspace = await workspaceOf(context);
      const { objectId, value } = valueOrRefusal(readPut(request));
      valueOrRefusal(workspace.put(objectId, value));
      return {};
    },
    routeOptions(wireLimits.tensorBytes),
  );
  router.rpc(
    run,
    async (request, context) => {
      const workspace = await workspaceOf(context);
      const { program, keepAs } = valueOrRefusal(readRun(request));
      return { values: valueOrRefusal(workspace.run(program, keepAs)).map(encodeTensor) };
    },
    small,
  );
  router.rpc(
    fetch,
    async (request, context) => {
      const workspace = await workspaceOf(context);
      return { value: encodeTensor(valueOrRefusal(workspace.get(valueOrRefusal(readObjectId(request))))) };
    },
    small,
  );
  router.rpc(
    remove,
    async (request, context) => {
      const workspace = await workspaceOf(context);
      valueOrRefusal(workspace.delete(valueOrRefusal(readObjectId(request))));
      return {};
    },
    small,
  );
  router.rpc(list, async (_, context) => ({ objectIds: [...(await workspaceOf(context)).list()] }), small);
}
