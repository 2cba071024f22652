// Starts real charging processes for the scenarios. They are bundled into one file first: that brings the
// start of a process from 900 ms to 200 ms on two busy cores (measured 2026-11), and there are five hundred.

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Bundles the charging process and returns the file to run. `better-sqlite3` stays outside: it is native. */
export async function bundleChargingProcess(): Promise<string> {
  const outDir = `${root}node_modules/.cache/unseen-ledger-${randomUUID()}`;
  await build({
    root,
    configFile: false,
    logLevel: "error",
    ssr: { noExternal: true, external: ["better-sqlite3"] },
    build: { ssr: "scenarios/ledger-charging-process.ts", outDir, emptyOutDir: true },
  });
  return `${outDir}/ledger-charging-process.js`;
}

/** Nothing where there is no bundle: the folder of no file is the one that the tests run in. */
export function removeBundle(file: string): void {
  const folder = dirname(file);
  if (basename(folder).startsWith("unseen-ledger-")) rmSync(folder, { recursive: true, force: true });
}

export class ChargingProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #lines: AsyncIterator<string>;
  /** Ids of asks that the process said are paid, with the serial of the receipt. */
  readonly paid = new Map<string, number>();
  readonly refusals: string[] = [];

  constructor(
    file: string,
    home: string,
    asker: string,
    options: { atOnce: number; ids: "own" | "shared" | "joined"; largestFileKib?: number },
  ) {
    const args = [process.execPath, file, home, asker, String(options.atOnce), options.ids];
    const [command = "", ...rest] =
      options.largestFileKib === undefined ? args : [...limited(options.largestFileKib), ...args];
    this.#child = spawn(command, rest, { stdio: ["pipe", "pipe", "inherit"] });
    this.#exited = once(this.#child, "exit");
    const { stdin, stdout } = this.#child;
    if (stdin === null || stdout === null) throw new Error("a child has its pipes");
    stdin.on("error", () => {}); // a killed child closes its input
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  async ready(): Promise<void> {
    await this.#lines.next();
  }

  /** Starts charging and resolves at the first ask that is paid or refused. */
  async start(): Promise<void> {
    this.#child.stdin?.write("go\n");
    await this.#note();
  }

  /** SIGKILL, then reads what it had still said before it died. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.finished();
  }

  /** Reads what it says until it ends. */
  async finished(): Promise<void> {
    while (await this.#note());
    await this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  async #note(): Promise<boolean> {
    const line = await this.#lines.next();
    if (line.done) return false;
    const [what, id = "", serial] = line.value.split(" ");
    if (what === "paid" && serial !== undefined) this.paid.set(id, Number(serial));
    if (what === "refused") this.refusals.push(id);
    return true;
  }
}

/** The kernel then refuses to grow any file past the limit (EFBIG), as a disk that fails in a write does. */
function limited(largestFileKib: number): readonly string[] {
  return ["bash", "-c", `trap '' XFSZ; ulimit -f ${largestFileKib}; exec "$0" "$@"`];
}
