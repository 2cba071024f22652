// What a text may hold before a parser sees it. Comments and quoted text are stepped over as PostgreSQL does
// (sections 4.1.2 and 4.1.5 of its manual), so what they hold does not count.

import { err, ok, type Problem, type Result } from "@unseen/base";
import { wireLimits } from "@unseen/wire";
import { malformed } from "./refusal.ts";

/** Brackets of all kinds open at once. */
const deepestBrackets = 100;
/** PostgreSQL's longest operator is 63 signs (NAMEDATALEN); its reader takes time with the square of a run. */
const longestOperator = 63;

/** Quoted text, comments, runs of operator signs, brackets, and whatever else stands between them. */
const piece =
  /--[^\n]*|\/\*|[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|[-+*/<>=~!@#%^&|`?]+|[()[\]]|[\s\S]/y;

export function checkText(text: string): Result<undefined, Problem> {
  if (new TextEncoder().encode(text).length > wireLimits.sqlBytes)
    return err(malformed(`it is longer than ${wireLimits.sqlBytes} bytes`));
  if (text.trim() === "") return err(malformed("it holds no statement"));
  if (text.includes("\u0000") || !text.isWellFormed())
    return err(malformed("it holds a character that is not text"));
  let depth = 0;
  for (let at = 0; at < text.length; ) {
    piece.lastIndex = at;
    const found = piece.exec(text)![0];
    at += found.length;
    const sign = found[0]!;
    if (found === "/*") {
      const end = afterComment(text, at);
      if (end === undefined) return err(malformed("a comment does not end, or is nested too deeply"));
      at = end;
    } else if (sign === "$" && found.length > 1) at = afterTag(text, found, at);
    else if (sign === "(" || sign === "[") depth += 1;
    else if (sign === ")" || sign === "]") depth -= 1;
    else if (isOperator(found) && !found.startsWith("--")) {
      // A comment may begin inside a run.
      const comment = found.search(/--|\/\*/);
      const length = comment === -1 ? found.length : comment;
      if (length > longestOperator)
        return err(malformed(`it holds an operator of more than ${longestOperator} signs`));
      if (comment > 0) at += comment - found.length;
    }
    if (depth > deepestBrackets)
      return err(malformed(`its brackets are nested more than ${deepestBrackets} deep`));
  }
  return ok(undefined);
}

function isOperator(found: string): boolean {
  return /^[-+*/<>=~!@#%^&|`?]/.test(found);
}

/** Comments nest, and the reader of nested ones is slow (30,000 deep: more than 2 s). */
function afterComment(text: string, from: number): number | undefined {
  let open = 1;
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    open += found[0] === "/*" ? 1 : -1;
    if (open === 0) return mark.lastIndex;
    if (open > deepestBrackets) return undefined;
  }
  return undefined;
}

function afterTag(text: string, tag: string, from: number): number {
  const end = text.indexOf(tag, from);
  return end === -1 ? text.length : end + tag.length;
}
