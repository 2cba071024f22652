// Reads a TypeScript file the way the layer rules need it: where its code is, what its texts say, and
// what it imports. One pass tells code from comments, texts and regular expressions.

const regexMayFollow = /(?:^|[=(,;:?!&|{}[+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|throw|await))\s*$/;

/**
 * `code`: the file with comments, texts and regular expressions blanked; `texts`: with comments blanked
 * alone. Both have the file's own length and lines, so that a place in one is a place in the other.
 */
export function blanked(source) {
  const code = [...source.split("")];
  const texts = [...code];
  const blank = (target, from, to) => {
    for (let at = from; at < to; at += 1) if (target[at] !== "\n") target[at] = " ";
  };
  // Braces of `${…}` that are open, each with the depth of plain braces inside it.
  const templates = [];
  let at = 0;
  while (at < source.length) {
    const two = source.slice(at, at + 2);
    const one = source[at];
    if (two === "//" || two === "/*") {
      const to = two === "//" ? endOr(source, "\n", at) : endOr(source, "*/", at + 2, 2);
      blank(code, at, to);
      blank(texts, at, to);
      at = to;
    } else if (one === '"' || one === "'") {
      const to = closing(source, at + 1, one);
      blank(code, at + 1, to);
      at = to + 1;
    } else if (one === "`" || (one === "}" && templates.at(-1) === 0)) {
      if (one === "}") templates.pop();
      const { to, opens } = templatePart(source, at + 1);
      blank(code, at + 1, to);
      if (opens) templates.push(0);
      at = opens ? to + 2 : to + 1;
    } else if (one === "/" && regexMayFollow.test(code.slice(Math.max(0, at - 40), at).join(""))) {
      const to = regexEnd(source, at + 1);
      blank(code, at + 1, to);
      blank(texts, at + 1, to);
      at = to + 1;
    } else {
      if (templates.length > 0 && one === "{") templates[templates.length - 1] += 1;
      if (templates.length > 0 && one === "}") templates[templates.length - 1] -= 1;
      at += 1;
    }
  }
  return { code: code.join(""), texts: texts.join("") };
}

function endOr(source, mark, from, length = 0) {
  const found = source.indexOf(mark, from);
  return found === -1 ? source.length : found + length;
}

function closing(source, from, mark) {
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === "\\") at += 1;
    else if (source[at] === mark || source[at] === "\n") return at;
  }
  return source.length;
}

function templatePart(source, from) {
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === "\\") at += 1;
    else if (source[at] === "`") return { to: at, opens: false };
    else if (source.startsWith("${", at)) return { to: at, opens: true };
  }
  return { to: source.length, opens: false };
}

function regexEnd(source, from) {
  let isInClass = false;
  for (let at = from; at < source.length; at += 1) {
    const one = source[at];
    if (one === "\\") at += 1;
    else if (one === "[") isInClass = true;
    else if (one === "]") isInClass = false;
    else if ((one === "/" && !isInClass) || one === "\n") return at;
  }
  return source.length;
}

/** Every `import … from "x"`, `export … from "x"`, `import "x"` and `import("x")`, with its place. */
export function importsOf({ code, texts }) {
  const found = [];
  const forms = [
    /(?<![.\w])(?:import|export)\b[^;"'`()=]*?\bfrom\s*["']/g,
    /(?<![.\w])import\s*["']/g,
    /(?<![.\w])import\s*\(\s*["'`]/g,
  ];
  for (const form of forms) {
    for (const match of code.matchAll(form)) {
      const from = match.index + match[0].length;
      const to = closing(texts, from, texts[from - 1]);
      found.push({ specifier: texts.slice(from, to), at: match.index });
    }
  }
  return found.sort((a, b) => a.at - b.at);
}

export function lineAt(source, at) {
  return source.slice(0, at).split("\n").length;
}
