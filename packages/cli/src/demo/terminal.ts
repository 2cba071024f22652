// How the demo looks in a terminal; plain text where the output is not one.

import { styleText } from "node:util";

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function chapter(number: number, title: string): void {
  say("");
  say(styleText(["bold", "cyan"], `${number}. ${title[0]!.toUpperCase()}${title.slice(1)}`));
}

export function code(line: string): void {
  say("");
  say(styleText("yellow", `> ${line}`));
}

export function note(line: string): void {
  say(dim(line));
}

export function good(line: string): void {
  say(styleText("green", line));
}

export function refused(line: string): void {
  say(styleText("red", line));
}

export function dim(line: string): string {
  return styleText("dim", line);
}

const barWidth = 28;

/** A share from 0 to 1 as blocks. */
export function bar(share: number): string {
  const filled = Math.round(Math.min(Math.max(share, 0), 1) * barWidth);
  return `${"█".repeat(filled)}${"░".repeat(barWidth - filled)}`;
}

/** Four significant digits are what a person reads. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((_, at) => Math.max(...[header, ...rows].map((row) => row[at]!.length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join("   ");
  say(styleText("bold", line(header)));
  for (const row of rows) say(line(row));
}
