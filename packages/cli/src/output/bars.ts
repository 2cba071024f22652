// Bars of block characters, an eighth of a character fine.

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/** `share` of `width` characters, from 0 to 1. What is not a number or negative is no bar. */
export function bar(share: number, width: number): string {
  const held = Number.isFinite(share) ? Math.min(Math.max(share, 0), 1) : 0;
  const parts = Math.round(held * width * 8);
  return "█".repeat(Math.floor(parts / 8)) + eighths[parts % 8]!;
}

/** A meter with both ends shown: what is used is dark, what is left is light. */
export function meter(share: number, width: number): string {
  const held = Number.isFinite(share) ? Math.min(Math.max(share, 0), 1) : 0;
  // A meter that shows full or empty is full or empty.
  const used =
    held === 0 || held === 1 ? held * width : Math.min(Math.max(Math.round(held * width), 1), width - 1);
  return "█".repeat(used) + "░".repeat(width - used);
}
