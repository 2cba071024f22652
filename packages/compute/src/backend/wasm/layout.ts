// Where each result of a program lies in one linear memory. Sizes are known beforehand, so every place is found once, and
// a place serves again when its last reader is through.

export type Layout = {
  /** In bytes, of 64 bytes' alignment; returns the place. */
  take(bytes: number): number;
  give(at: number, bytes: number): void;
  /** Bytes of a memory for all that was ever held. */
  readonly end: number;
};

const alignment = 64;
/** Nothing lies at place 0. */
const reserved = 64;
/** Kernels read whole vectors, past the last element too: of a panel's eight columns up to 28 bytes, of a line of pixels up to 31. */
const readAhead = 64;

type Gap = { at: number; bytes: number };

export function emptyLayout(): Layout {
  const gaps: Gap[] = [];
  let end = reserved;
  return {
    take(bytes) {
      const size = rounded(bytes);
      const best = gaps.filter((gap) => gap.bytes >= size).sort((one, other) => one.bytes - other.bytes)[0];
      if (best === undefined) {
        const at = end;
        end += size;
        return at;
      }
      const { at } = best;
      best.at += size;
      best.bytes -= size;
      if (best.bytes === 0) gaps.splice(gaps.indexOf(best), 1);
      return at;
    },
    give(at, bytes) {
      gaps.push({ at, bytes: rounded(bytes) });
      gaps.sort((one, other) => one.at - other.at);
      for (let place = gaps.length - 1; place > 0; place--) {
        const [before, here] = [gaps[place - 1]!, gaps[place]!];
        if (before.at + before.bytes !== here.at) continue;
        before.bytes += here.bytes;
        gaps.splice(place, 1);
      }
    },
    get end() {
      return end + readAhead;
    },
  };
}

function rounded(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / alignment)) * alignment;
}
