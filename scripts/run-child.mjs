// Runs one command and leaves nothing behind: the command gets a process group of its own, signals go to
// the whole group, and whatever is left of the group when the command has ended is ended too.

import { spawn } from "node:child_process";
import { constants } from "node:os";

const forwarded = ["SIGINT", "SIGTERM", "SIGHUP"];

/** npm passes on a Ctrl-C that the terminal has sent already; what comes later than this was meant. */
const repeatedAfterMs = 1_000;

/** npm ends at a SIGTERM without passing it on: whoever has lost the parent that started it ends too. */
const parentLookMs = 500;

/** What stays of the group gets this long to end by itself. */
const graceMs = 2_000;

/**
 * Runs `command` and resolves to its exit code (128 + the signal's number when a signal ended it).
 * A second Ctrl-C, a second or more after the first, ends the group at once. `onText` gets what the
 * command prints; without it the command prints for itself. After `timeoutMs` the group is ended and
 * the code is 124.
 */
export async function runChild(command, args, { cwd, env, onText, timeoutMs } = {}) {
  const stdio = onText === undefined ? "inherit" : ["ignore", "pipe", "pipe"];
  const child = spawn(command, args, { cwd, env, stdio, detached: true });
  child.stdout?.setEncoding("utf8").on("data", onText);
  child.stderr?.setEncoding("utf8").on("data", onText);

  let firstSignalAt;
  const forward = (signal) => {
    const now = performance.now();
    const isRepeated = firstSignalAt !== undefined && now - firstSignalAt > repeatedAfterMs;
    firstSignalAt ??= now;
    signalGroup(child.pid, isRepeated ? "SIGKILL" : signal);
  };
  for (const signal of forwarded) process.on(signal, forward);

  const parent = process.ppid;
  const orphaned = setInterval(() => {
    if (process.ppid !== parent) forward("SIGTERM");
  }, parentLookMs);
  orphaned.unref();

  let hasTimedOut = false;
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          hasTimedOut = true;
          signalGroup(child.pid, "SIGKILL");
        }, timeoutMs);

  try {
    const code = await ended(child);
    await endGroup(child.pid);
    return hasTimedOut ? 124 : code;
  } finally {
    clearTimeout(timer);
    clearInterval(orphaned);
    for (const signal of forwarded) process.off(signal, forward);
  }
}

function ended(child) {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

async function endGroup(pid) {
  const until = performance.now() + graceMs;
  if (!signalGroup(pid, "SIGTERM")) return;
  while (performance.now() < until) {
    if (!signalGroup(pid, 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  signalGroup(pid, "SIGKILL");
}

/** Says whether the group had anyone in it. */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
    return true;
  } catch (error) {
    if (error.code === "ESRCH" || error.code === "EPERM") return false;
    throw error;
  }
}
