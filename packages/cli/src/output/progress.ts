// Tells a waiting person that long work goes on. Only where they look on: a log file gets nothing.

import type { WriteStream } from "node:tty";

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const frameMs = 100;
/** Work that ends sooner shows nothing. */
const patienceMs = 300;

/** Draws what `said` gives and the seconds so far, until `work` ends; then wipes the line. */
export async function withProgress<T>(
  stream: WriteStream,
  said: () => string,
  work: () => Promise<T>,
): Promise<T> {
  if (stream.isTTY !== true) return work();
  const startedAt = performance.now();
  let drawn = 0;
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs < patienceMs) return;
    stream.write(
      `\r\u001b[2K${frames[drawn % frames.length]} ${said()} (${(elapsedMs / 1000).toFixed(0)} s)`,
    );
    drawn += 1;
  }, frameMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (drawn > 0) stream.write("\r\u001b[2K");
  }
}
