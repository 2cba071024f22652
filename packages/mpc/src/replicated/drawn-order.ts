import type { ReplicatedParty } from "./replicated-party.ts";

const span = 2 ** 32;

/**
 * The numbers below `length` in a uniformly random order, the same at both parties who hold the stream (Fisher and Yates 1938;
 * Durstenfeld 1964). Draws that would favour some places are drawn again, so no order is likelier than another.
 */
export function drawnOrder(p: ReplicatedParty, part: 0 | 1, length: number): Uint32Array {
  const order = Uint32Array.from({ length }, (_, at) => at);
  const draw = drawsOf(p, part, length);
  for (let left = length; left > 1; left--) {
    const fair = span - (span % left);
    let drawn = draw();
    while (drawn >= fair) drawn = draw();
    const [last, chosen] = [left - 1, drawn % left];
    [order[last], order[chosen]] = [order[chosen]!, order[last]!];
  }
  return order;
}

/** 32 bits at a time, read from the stream in pieces, so that both parties always draw as many bytes. */
function drawsOf({ memory, masks }: ReplicatedParty, part: 0 | 1, likely: number): () => number {
  let [words, next] = [new Uint32Array(0), 0];
  return () => {
    if (next === words.length) {
      const column = masks.drawn(part, Math.max(8, Math.ceil(likely / 8)));
      words = new Uint32Array(memory.bytes(column).slice().buffer);
      memory.bytes(column).fill(0);
      memory.free(column);
      next = 0;
    }
    return words[next++]!;
  };
}
