import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** What a file beside this one prints in a process of its own. */
export async function measuredAlone(
  file: string,
  ...given: readonly string[]
): Promise<{ readonly value: number; readonly bytes: number }> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, path, ...given]);
  return JSON.parse(stdout);
}
