import type { WriteStream } from "node:tty";
import { styleText } from "node:util";

export type Paint = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Colour where a person looks on; plain text in a file, a pipe, or where NO_COLOR is set. */
export function paint(stream: WriteStream, style: Paint, text: string): string {
  return styleText(style, text, { stream });
}
