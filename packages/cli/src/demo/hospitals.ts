// The three owners of the demo: each has a home of its own, and runs as a process of its own on loopback.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { invariant, type Problem, platformEntropy, type Result } from "@unseen/base";
import { openOwner, ownerAtTheMachine } from "@unseen/owner";
import { parseCard } from "@unseen/program";

export type Hospital = { readonly name: string; readonly url: string };

export type Hospitals = AsyncDisposable & {
  /** The first holds the breast-cancer data too. */
  readonly all: readonly [Hospital, ...Hospital[]];
  /** The account that each hospital made for the researcher. */
  readonly username: string;
  readonly password: string;
  /** Ends every process and removes every home. */
  close(): Promise<void>;
};

const root = new URL("../../../../", import.meta.url);
const main = new URL("../main.ts", import.meta.url);
const names = ["May Clinic", "North Hospital", "Lakeside Practice"] as const;
/** A node starts in a second or two; a loaded machine gets thirty times that. */
const startTimeoutMs = 60_000;

/** Splits the real diabetes data among three owners, gives one the breast-cancer data too, and starts them. */
export async function openHospitals(): Promise<Hospitals> {
  const directory = await mkdtemp(join(tmpdir(), "unseen-demo-"));
  const processes: ChildProcess[] = [];
  const close = async () => {
    await Promise.all(processes.map(end));
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const username = "atrask";
    const password = randomPassword();
    const parts = await splitRows("datasets/diabetes.csv", names.length);
    const [first, ...others] = await Promise.all(
      names.map(async (name, at) => {
        const home = join(directory, `home-${at}`);
        const datasets = [{ file: join(directory, `diabetes-${at}.csv`), card: "diabetes" }];
        await writeFile(datasets[0]!.file, parts[at]!);
        if (at === 0)
          datasets.push({
            file: new URL("datasets/breast-cancer.csv", root).pathname,
            card: "breast-cancer",
          });
        await furnish(home, name, datasets, username, password);
        return { name, home, ...(await start(home, name, processes)) };
      }),
    );
    await introduce([first, ...others].flatMap((one) => one ?? []));
    invariant(first !== undefined, "there is at least one hospital");
    return { all: [first, ...others], username, password, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What an owner does once: registers datasets with their cards, and makes an account for the researcher. */
async function furnish(
  home: string,
  name: string,
  datasets: readonly { readonly file: string; readonly card: string }[],
  username: string,
  password: string,
): Promise<void> {
  const clock = { nowMs: () => Date.now() };
  const owner = wholeOf(await openOwner({ home, name, clock, entropy: platformEntropy(globalThis.crypto) }));
  for (const { file, card } of datasets) {
    const json: unknown = JSON.parse(await readFile(new URL(`examples/cards/${card}.json`, root), "utf8"));
    wholeOf(await owner.addDataset(file, wholeOf(parseCard(json))));
  }
  wholeOf(await owner.accounts.add(ownerAtTheMachine(), { name: username, password, role: "researcher" }));
  await owner.close();
}

/** What three owners agree on by telephone: each allows the fingerprints of the others, at their addresses. */
async function introduce(
  hospitals: readonly { readonly name: string; readonly home: string; readonly party: Party }[],
): Promise<void> {
  const clock = { nowMs: () => Date.now() };
  await Promise.all(
    hospitals.map(async ({ name, home }) => {
      const owner = wholeOf(
        await openOwner({ home, name, clock, entropy: platformEntropy(globalThis.crypto) }),
      );
      for (const other of hospitals)
        if (other.name !== name) wholeOf(await owner.peers.allow({ name: other.name, ...other.party }));
      await owner.close();
    }),
  );
}

type Party = { readonly fingerprint: string; readonly url: string };

/** Starts `unseen serve` as a process of its own and waits for the addresses that it prints. */
async function start(
  home: string,
  name: string,
  processes: ChildProcess[],
): Promise<{ readonly url: string; readonly party: Party }> {
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      main.pathname,
      "serve",
      "--home",
      home,
      "--name",
      name,
      "--port",
      "0",
      "--peers-port",
      "0",
      "--json",
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  processes.push(child);
  const lines = createInterface({ input: child.stdout! });
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${name} did not start in time`)), startTimeoutMs);
    child.once("exit", (code) => reject(new Error(`${name} ended with ${code} instead of starting`)));
    lines.on("line", (line) => {
      const { event, url, fingerprint, peersUrl } = JSON.parse(line) as Readonly<Record<string, string>>;
      if (event !== "listening" || url === undefined) return;
      clearTimeout(late);
      resolve({ url, party: { fingerprint: fingerprint!, url: peersUrl! } });
    });
  });
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const late = setTimeout(() => child.kill("SIGKILL"), 3_000);
    child.removeAllListeners("exit");
    child.once("exit", () => {
      clearTimeout(late);
      resolve();
    });
    child.kill("SIGTERM");
  });
}

/** Deals the rows out in turn, each part with the header. */
async function splitRows(file: string, parts: number): Promise<readonly string[]> {
  const [header, ...rows] = (await readFile(new URL(file, root), "utf8")).trimEnd().split("\n");
  return Array.from({ length: parts }, (_, part) =>
    [header, ...rows.filter((_, at) => at % parts === part), ""].join("\n"),
  );
}

function randomPassword(): string {
  return Buffer.from(platformEntropy(globalThis.crypto).fill(new Uint8Array(18))).toString("base64url");
}

function wholeOf<T>(result: Result<T, Problem>): T {
  invariant(result.ok, result.ok ? "" : result.problem.message);
  return result.value;
}
