import { err, ok, type Result } from "@unseen/base";
import { handshakeBytesAtMost } from "./handshake.ts";
import type { Link } from "./link.ts";
import type { Timers } from "./timers.ts";

/** Why there is no frame: the link broke, nothing came in time, or what came is too long for a handshake. */
export type NoFrame = "lost" | "silent" | "too-large";

/** The next frame of a link that nobody listens to yet. What comes behind it is kept for whoever listens then. */
export function firstFrame(
  link: Link,
  timers: Timers,
  withinMs: number,
): Promise<Result<Uint8Array, NoFrame>> {
  return new Promise((resolve) => {
    const stop = timers.after(withinMs, () => settle(err("silent")));
    const settle = (result: Result<Uint8Array, NoFrame>) => {
      stop();
      link.hold();
      resolve(result);
    };
    link.listen({
      arrived: (frame) =>
        settle(frame.length > handshakeBytesAtMost ? err("too-large") : ok(new Uint8Array(frame))),
      lost: () => settle(err("lost")),
    });
  });
}
