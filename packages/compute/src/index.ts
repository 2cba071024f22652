export { evaluate, type Inputs } from "./evaluate.ts";
export { workOf } from "./work-of.ts";
export { isObjectId, Workspace, type WorkspaceLimits, workspaceLimits } from "./workspace.ts";
