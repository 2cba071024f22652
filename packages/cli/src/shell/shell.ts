// What a command sees of the world, so that tests can give it another.

import type { ReadStream, WriteStream } from "node:tty";

export type Shell = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: ReadStream;
  /** Results alone go to `out`; questions, progress and errors go to `err`. */
  readonly out: WriteStream;
  readonly err: WriteStream;
};

export function say(shell: Shell, text: string): void {
  shell.out.write(`${text}\n`);
}

/** One JSON object, and nothing else on standard output. */
export function sayJson(shell: Shell, value: object): void {
  shell.out.write(`${JSON.stringify(value)}\n`);
}

/** A remark to the person, which scripts do not read. */
export function remark(shell: Shell, text: string): void {
  shell.err.write(`${text}\n`);
}

/** Columns to write in: a wide terminal is not filled from edge to edge, and one without a width has 80. */
export function widthFor({ out }: Shell): number {
  return Math.min(Math.max(out.columns || 80, 50), 100);
}
