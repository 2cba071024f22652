/**
 * Text from another machine, made safe to print: at most `most` characters, and nothing in it that moves a
 * terminal's cursor, hides text or turns its direction. A line break stays where `lines` says so.
 */
export function plainText(text: string, most: number, lines: "one line" | "lines" = "one line"): string {
  const cut = text.length > most ? text.slice(0, most) : text;
  const kept = cut.toWellFormed().replace(unsafe, " ");
  return lines === "lines" ? kept : kept.replace(/\n/g, " ");
}

/**
 * C0 without the line break, DEL and C1 (terminal escapes), and the characters that reorder or hide text
 * (Unicode Technical Report 36, section 3; "Trojan Source", Boucher and Anderson 2021).
 */
const unsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;
