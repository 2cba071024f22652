// Runs one function at every party of a computation, each in a process or thread of its own, and collects what they
// return. Processes meet over mutual TLS on loopback, threads over ports. Whatever goes wrong, nobody is left running.

import { type ChildProcess, fork } from "node:child_process";
import type { EventEmitter } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { platformEntropy, Secret } from "@unseen/base";
import { freshIdentity } from "@unseen/crypto";
import { type Channel, type Deadlines, type MeetingSeed, memoryChannels, type PartyIndex } from "@unseen/mpc";
import { nodeTimers } from "./node-timers.ts";

/** What the function is given: its place, a channel to each other party, and the seed it shares with each. */
export type LaunchedParty = {
  readonly me: PartyIndex;
  readonly count: number;
  /** By place; one's own is missing. */
  readonly channels: readonly (Channel | undefined)[];
  readonly seeds: readonly (MeetingSeed | undefined)[];
};

/** `(party, argument) => result`; argument and result go through structured clone. */
export type PartyFunction<Argument, Outcome> = (party: LaunchedParty, argument: Argument) => Promise<Outcome>;

export type Launch = {
  /** `import.meta.url` of the module that exports the function, or another module's. */
  readonly module: string | URL;
  /** The function's name there. */
  readonly name: string;
  readonly count: number;
  readonly over: "processes" | "threads" | "memory";
  /** One for all, or one each. */
  readonly argument?: unknown;
  readonly argumentOf?: (me: PartyIndex) => unknown;
  readonly deadlines?: Partial<Deadlines>;
  /** After which everybody is ended: a minute unless said. */
  readonly timeoutMs?: number;
};

export type PartyTask = {
  readonly module: string;
  readonly name: string;
  readonly me: PartyIndex;
  readonly count: number;
  readonly argument: unknown;
  readonly deadlines: Partial<Deadlines>;
};

export type PartyReport =
  | { readonly kind: "done"; readonly outcome: unknown }
  | { readonly kind: "failed"; readonly message: string; readonly stack: string };

/** What each party returned, by place. Rejects with the first failure, when all others have ended too. */
export async function launchParties(launch: Launch): Promise<readonly unknown[]> {
  const { over } = launch;
  if (over === "memory") return inMemory(launch);
  return over === "processes" ? inProcesses(launch) : inThreads(launch);
}

async function inMemory({ module, name, count, argument, argumentOf, deadlines }: Launch) {
  const { [name]: run } = await import(String(module));
  const settings = { timers: nodeTimers, silenceMs: deadlines?.silenceMs ?? 30_000 };
  const all = memoryChannels(count, settings);
  const { sharedSeeds } = await import("./party-thread-for-tests.ts");
  return Promise.all(
    all.map((mine, me) => {
      const places = Array.from({ length: count }, (_, place) => place);
      const channels = places.map((place) => mine.get(place));
      const party: LaunchedParty = { me, count, channels, seeds: sharedSeeds(me, count) };
      return run(party, argumentOf === undefined ? argument : argumentOf(me));
    }),
  );
}

async function inProcesses(launch: Launch): Promise<readonly unknown[]> {
  const file = fileURLToPath(new URL("./party-process-for-tests.ts", import.meta.url));
  const entropy = platformEntropy(globalThis.crypto);
  const identities = Array.from({ length: launch.count }, () => freshIdentity(entropy));
  const children = identities.map(() =>
    fork(file, { serialization: "advanced", execArgv: ["--conditions=unseen-source", "--no-warnings"] }),
  );
  const computationId = entropy.fill(new Uint8Array(32));
  try {
    const listening = await Promise.all(
      children.map((child, me) => {
        const secretKey = Secret.reveal(identities[me]!.secretKey);
        child.send({ ...taskOf(launch, me), secretKey, computationId });
        return answerOf<{ readonly url: string }>(child, launch);
      }),
    );
    const parties = listening.map(({ url }, me) => ({ url, fingerprint: identities[me]!.fingerprint }));
    const reports = children.map((child) => answerOf<PartyReport>(child, launch));
    for (const child of children) child.send({ parties });
    return await outcomesOf(reports);
  } finally {
    await Promise.all(children.map(ended));
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}

async function inThreads(launch: Launch): Promise<readonly unknown[]> {
  const { count } = launch;
  const ports = Array.from({ length: count }, () => new Map<PartyIndex, MessagePort>());
  for (let one = 0; one < count; one += 1) {
    for (let other = one + 1; other < count; other += 1) {
      const { port1, port2 } = new MessageChannel();
      ports[one]!.set(other, port1);
      ports[other]!.set(one, port2);
    }
  }
  const file = new URL("./party-thread-for-tests.ts", import.meta.url);
  const workers = ports.map((mine, me) => {
    const workerData = { ...taskOf(launch, me), ports: mine };
    return new Worker(file, { workerData, transferList: [...mine.values()] as never });
  });
  try {
    return await outcomesOf(workers.map((worker) => answerOf<PartyReport>(worker, launch)));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function taskOf(
  { module, name, count, argument, argumentOf, deadlines = {} }: Launch,
  me: PartyIndex,
): PartyTask {
  const given = argumentOf === undefined ? argument : argumentOf(me);
  return { module: String(module), name, me, count, argument: given, deadlines };
}

async function outcomesOf(reports: readonly Promise<PartyReport>[]): Promise<readonly unknown[]> {
  return Promise.all(
    reports.map(async (report, me) => {
      const told = await report;
      if (told.kind === "done") return told.outcome;
      throw new Error(`party ${me} failed: ${told.message}\n${told.stack}`);
    }),
  );
}

/** The next message of a child or worker; rejects if it ends, fails or takes too long. */
function answerOf<Answer>(from: EventEmitter, { timeoutMs = 60_000 }: Launch): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const settle = (run: () => void) => {
      clearTimeout(timer);
      from.off("message", onMessage);
      from.off("exit", onExit);
      from.off("error", onError);
      run();
    };
    const onMessage = (answer: Answer) => settle(() => resolve(answer));
    const onExit = () => settle(() => reject(new Error("a party ended before it was done")));
    const onError = (error: Error) => settle(() => reject(error));
    const timer = setTimeout(
      () => settle(() => reject(new Error(`a party was not done in ${timeoutMs} ms`))),
      timeoutMs,
    );
    from.once("message", onMessage);
    from.once("exit", onExit);
    from.once("error", onError);
  });
}
