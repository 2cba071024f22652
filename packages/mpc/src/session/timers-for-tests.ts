import type { Timers } from "./timers.ts";

/** The platform's own timers. */
export const realTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
