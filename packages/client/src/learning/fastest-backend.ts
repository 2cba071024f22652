// What trains a model without privacy where nobody chose a backend. `package.json` names the other file of this name for Node, so
// that no bundle of a page looks for what only Node can load.

import { type Backend, wasmBackend } from "@unseen/compute";

export async function fastestBackend(): Promise<Backend> {
  return wasmBackend;
}
