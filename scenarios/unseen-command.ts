// The command line as a process of its own, against a node that a scenario serves, or none.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export async function unseen(
  args: readonly string[],
  at = "",
  by: { readonly username: string; readonly password: string } = { username: "", password: "" },
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const main = new URL("../packages/cli/src/main.ts", import.meta.url).pathname;
  const child: ChildProcess = spawn(process.execPath, ["--conditions=unseen-source", main, ...args], {
    env: {
      ...process.env,
      UNSEEN_AT: at,
      UNSEEN_USER: by.username,
      UNSEEN_PASSWORD: by.password,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout?.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    err += chunk;
  });
  const [code] = (await once(child, "close")) as [number];
  return { code, out, err };
}
