/** Calls back later. A pure room has no clock: the platform's timers come in as a parameter. */
export interface Timers {
  /** Calls `run` once after `ms` milliseconds, unless the returned function is called before. */
  after(ms: number, run: () => void): () => void;
}
