import { type Backend, scriptBackend, wasmBackend } from "@unseen/compute";

/** Those that are present here, the slowest first. */
export async function backends(): Promise<readonly Backend[]> {
  return [scriptBackend, wasmBackend];
}
