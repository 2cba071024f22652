// Threads that a training may use where nobody named any: none in a page, which has to say where its worker's file is.
// `package.json` names the other file of this name for Node.

import type { Threads } from "@unseen/compute";

export function threadsHere(_count?: number): Threads | undefined {
  return undefined;
}
