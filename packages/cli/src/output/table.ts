export type Side = "left" | "right";

/** Cells in aligned columns, two spaces apart; no blanks at line ends. A column without a side is on the left. */
export function table(rows: readonly (readonly string[])[], sides: readonly Side[] = []): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(...rows.map((row) => widthOf(row[at] ?? ""))),
  );
  return rows
    .map((row) =>
      row
        .map((cell, at) => {
          const room = " ".repeat(widths[at]! - widthOf(cell));
          return sides[at] === "right" ? room + cell : cell + room;
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Characters on the screen, without the marks that colour them. */
export function widthOf(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what begins a colour.
  return [...text.replace(/\u001b\[[\d;]*m/g, "")].length;
}

export function indented(text: string, by = 2): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? line : " ".repeat(by) + line))
    .join("\n");
}

/** Breaks between words so that no line is wider than `width`; a longer word stands alone. */
export function wrapped(text: string, width: number): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && widthOf(line) + 1 + widthOf(word) <= width)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}

/** Titles in a column of their own, each with its text wrapped beside it. */
export function titled(rows: readonly (readonly [title: string, text: string])[], width: number): string {
  const room = width - 2 - Math.max(0, ...rows.map(([title]) => widthOf(title)));
  return table(
    rows.flatMap(([title, text]) =>
      wrapped(text, Math.max(room, 20))
        .split("\n")
        .map((line, at) => [at === 0 ? title : "", line]),
    ),
  );
}
