// Which texts may be keys. A key is shown in terminals, sent back by askers and compared exactly, so it has one
// spelling (Unicode's form C, nothing unseen at its ends) and holds nothing that hides or turns text.

/** White space, marks of direction and characters of no width (Unicode general categories Z and Cf, and C0's spaces). */
export const unseenCharacters =
  " \t\n\u000b\f\r\u0085\u00a0\u00ad\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f\u205f\u2060\u3000\ufeff";

/** Controls and the characters that reorder or hide text, as a class of a regular expression. The wire blanks the same. */
export const hidingCharacters =
  "\\x{0}-\\x{1f}\\x{7f}-\\x{9f}\\x{ad}\\x{61c}\\x{200b}-\\x{200f}\\x{2028}-\\x{202e}\\x{2060}-\\x{2069}\\x{feff}\\x{fff9}-\\x{fffb}";

const hiding = new RegExp(`[${hidingCharacters.replaceAll("\\x{", "\\u{")}]`, "u");
const ends = new Set(unseenCharacters);

/** Whether a text is already what the door would make of it: 1 to `longest` code points, none of them hidden. */
export function isKeyText(text: unknown, longest: number): text is string {
  if (typeof text !== "string" || text === "" || text.length > 2 * longest) return false;
  if (!text.isWellFormed() || hiding.test(text) || text.normalize("NFC") !== text) return false;
  const characters = [...text];
  return characters.length <= longest && !ends.has(characters[0]!) && !ends.has(characters.at(-1)!);
}
