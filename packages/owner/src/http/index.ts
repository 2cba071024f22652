export { isLoopback } from "./addresses.ts";
export { gridRoutes } from "./grid-routes.ts";
export type { OwnerNode } from "./owner-node.ts";
export { type ServeOptions, type Serving, serveNode } from "./serve-node.ts";
export { Workspaces } from "./workspaces.ts";
