// SQL text to PostgreSQL's syntax tree, in a thread that is given a bounded text and a bounded time.
//
// The parser is C that was compiled to WebAssembly. Two texts of 64 KiB keep it busy for long or exhaust its
// stack (a run of 30,000 operator signs: 19 s; 30,000 nested brackets; measured 2026-11, libpg-query
// 18.1.5), so long runs and deep brackets are refused before it, and time is up after it.

import { Worker } from "node:worker_threads";
import { err, ok, type Problem, type Result } from "@unseen/base";
import type { ParseResult, SelectStmt } from "libpg-query";
import { malformed, unsupported } from "./refusal.ts";
import { checkText } from "./sql-text-limits.ts";

export type ReadingLimits = { readonly depth: number; readonly values: number };
export type ThreadReply =
  | { readonly kind: "ready" }
  | { readonly kind: "tree"; readonly json: string }
  | { readonly kind: "error"; readonly message: string; readonly place: number }
  | { readonly kind: "too-large" }
  | { readonly kind: "broken" };

/** Chosen far above what is written by hand, and low enough for functions that call themselves. */
const limits: ReadingLimits = { depth: 400, values: 100_000 };
/** The heaviest texts of the attack tests that are still read take below a second on a busy machine (2026-11). */
const patienceMs = 2_000;
/** Loading the parser takes 0.13 s (2026-11); a machine under load is allowed for. */
const startMs = 20_000;

/** Reads one statement. Refused: what PostgreSQL cannot read, more than one statement, and what is no SELECT. */
export async function parseSelect(text: string): Promise<Result<SelectStmt, Problem>> {
  const isReadable = checkText(text);
  if (!isReadable.ok) return isReadable;
  const reply = await inTurn(text);
  switch (reply.kind) {
    case "tree":
      return onlySelect(JSON.parse(reply.json) as ParseResult);
    case "error":
      return err(malformed(reply.message, text, reply.place));
    case "too-large":
      return err(malformed("it has too many parts, or they are nested too deeply"));
    case "ready":
    case "broken":
      return err(malformed("it is nested too deeply, or takes too long to read"));
    default:
      return reply satisfies never;
  }
}

function onlySelect({ stmts = [] }: ParseResult): Result<SelectStmt, Problem> {
  const [first, ...others] = stmts;
  if (first?.stmt === undefined) return err(malformed("it holds no statement"));
  if (others.length > 0) {
    return err(unsupported("more than one statement", "a question is one SELECT", "send each by itself"));
  }
  if ("SelectStmt" in first.stmt) return ok(first.stmt.SelectStmt);
  const [kind = ""] = Object.keys(first.stmt);
  const words = kind
    .replace(/Stmt$/, "")
    .replace(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toUpperCase();
  if (kind === "ExplainStmt")
    return err(unsupported("EXPLAIN", "plans are not shown", "ask for the price of the SELECT: it is free"));
  return err(
    unsupported(`the statement ${words}`, "nothing at the owner's can be changed or run", "write a SELECT"),
  );
}

let thread: Promise<Worker | undefined> | undefined;
let last: Promise<unknown> = Promise.resolve();

/** One text at a time; each waits for those before it, at most `patienceMs` each. */
function inTurn(text: string): Promise<ThreadReply> {
  const reply = last.then(() => read(text));
  last = reply;
  return reply;
}

async function read(text: string): Promise<ThreadReply> {
  thread ??= start();
  const worker = await thread;
  if (worker === undefined) {
    thread = undefined;
    return { kind: "broken" };
  }
  const answered = nextMessage(worker, patienceMs);
  worker.postMessage({ text, limits });
  const reply = await answered;
  if (reply.kind === "broken") {
    thread = undefined;
    await worker.terminate();
  }
  return reply;
}

async function start(): Promise<Worker | undefined> {
  // Beside this file, in the sources as in the build.
  const file = import.meta.url.endsWith(".ts") ? "./parse-thread.ts" : "./parse-thread.js";
  const worker = new Worker(new URL(file, import.meta.url), {
    env: {},
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: 128, stackSizeMb: 4 },
  });
  worker.unref();
  const ready = await nextMessage(worker, startMs);
  if (ready.kind === "ready") return worker;
  await worker.terminate();
  return undefined;
}

/** What the thread says next; "broken" when it ends or says nothing in time. Never rejects. */
function nextMessage(worker: Worker, withinMs: number): Promise<ThreadReply> {
  return new Promise((resolve) => {
    const settle = (reply: ThreadReply) => {
      clearTimeout(timer);
      worker.off("message", settle).off("error", broken).off("exit", broken);
      resolve(reply);
    };
    const broken = () => settle({ kind: "broken" });
    const timer = setTimeout(broken, withinMs);
    worker.on("message", settle).on("error", broken).on("exit", broken);
  });
}
