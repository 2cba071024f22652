// One call to a node, with a deadline, as a `Result`: the one place where what the network threw becomes
// a problem in words.

import type { CallOptions } from "@connectrpc/connect";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { problemFromError } from "@unseen/wire";

/**
 * Never throws and never waits past the deadline, whatever the transport does. A call that was given up
 * may still have been carried out by the node.
 */
export function callNode<T>(
  node: string,
  deadlineMs: number,
  send: (options: CallOptions) => Promise<T>,
): Promise<Result<T, Problem>> {
  const giveUp = new AbortController();
  return withinDeadline(
    node,
    deadlineMs,
    sent(node, () => send({ signal: giveUp.signal, timeoutMs: deadlineMs })),
    () => giveUp.abort(),
  );
}

/** The same for a reply that comes in parts: the deadline is for each part. `stop` ends it. */
export async function followNode<T>(
  node: string,
  deadlineMs: number,
  open: (options: CallOptions) => AsyncIterable<T>,
  take: (part: T) => void,
  stop?: AbortSignal,
): Promise<Result<undefined, Problem>> {
  const giveUp = new AbortController();
  const end = () => giveUp.abort();
  stop?.addEventListener("abort", end, { once: true });
  const read = async () => {
    const parts = open({ signal: giveUp.signal })[Symbol.asyncIterator]();
    for (;;) {
      const part = await withinDeadline(
        node,
        deadlineMs,
        sent(node, () => parts.next()),
        end,
      );
      if (!part.ok) return part;
      if (part.value.done === true) return ok(undefined);
      take(part.value.value);
    }
  };
  try {
    return await read();
  } finally {
    stop?.removeEventListener("abort", end);
    end();
  }
}

/** The outcome, or "deadline-exceeded" when it is not there in time. */
export async function withinDeadline<T>(
  node: string,
  deadlineMs: number,
  outcome: Promise<Result<T, Problem>>,
  onLate: () => void = () => {},
): Promise<Result<T, Problem>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Result<T, Problem>>((resolve) => {
    timer = setTimeout(() => {
      resolve(err(problem("deadline-exceeded", `${node} did not answer within ${deadlineMs} ms`)));
      onLate();
    }, deadlineMs);
  });
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function sent<T>(node: string, send: () => Promise<T>): Promise<Result<T, Problem>> {
  try {
    return ok(await send());
  } catch (error) {
    const told = problemFromError(error);
    // Of several nodes, which.
    return err(told.code === "node-unreachable" ? { ...told, message: `${node} cannot be reached` } : told);
  }
}
