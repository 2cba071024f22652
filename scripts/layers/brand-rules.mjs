// A branded type has its own name for a brand, and only the file that declares it makes values of it.

import { finding } from "./import-rules.mjs";
import { lineAt } from "./read-source.mjs";

const declaration = /(?<![.\w])type\s+(\w+)\s*(?:<[^=;{]*>)?\s*=\s*Brand\s*</g;

export function brandFindings(files) {
  const declared = files.flatMap((file) => brandsOf(file));
  const ownersOf = Map.groupBy(declared, ({ name }) => name);
  return [
    ...declared.filter(({ name, brand }) => name !== brand).map(misnamed),
    ...[...ownersOf.values()].filter((all) => all.length > 1).map(declaredTwice),
    ...files.filter((file) => !file.isTest).flatMap((file) => castFindings(file, ownersOf)),
  ];
}

function brandsOf(file) {
  return [...file.code.matchAll(declaration)].map((match) => {
    const end = closingAngle(file.code, match.index + match[0].length);
    const texts = [...file.texts.slice(match.index, end).matchAll(/"([^"]*)"/g)];
    return { file, line: lineAt(file.code, match.index), name: match[1], brand: texts.at(-1)?.[1] };
  });
}

/** Where the angle bracket that was opened before `from` closes; the `>` of an arrow closes nothing. */
function closingAngle(code, from) {
  let depth = 1;
  for (let at = from; at < code.length; at += 1) {
    if (code[at] === "<") depth += 1;
    if (code[at] === ">" && code[at - 1] !== "=") depth -= 1;
    if (depth === 0) return at;
  }
  return code.length;
}

function misnamed({ file, line, name, brand }) {
  return finding(
    file.path,
    line,
    "brand",
    `the type ${name} carries the brand "${brand}"; the two are one name`,
  );
}

function declaredTwice([first, second]) {
  const why = `${first.name} is branded in ${first.file.path} too; a branded type has one maker`;
  return finding(second.file.path, second.line, "brand", why);
}

function castFindings(file, ownersOf) {
  // `import { a as b }` renames and casts nothing.
  const code = file.code.replace(/(?<![.\w])(?:import|export)\s+(?:type\s+)?\{[^}]*\}/g, (match) =>
    match.replace(/[^\n]/g, " "),
  );
  return [...code.matchAll(/(?<![.\w])as\s+/g)].flatMap((match) => {
    const names = typeAfter(code, match.index + match[0].length).match(/\w+/g) ?? [];
    const forged = names.find(
      (name) => ownersOf.has(name) && ownersOf.get(name).every((one) => one.file !== file),
    );
    if (forged === undefined) return [];
    const home = ownersOf.get(forged)[0].file.path;
    return [finding(file.path, lineAt(code, match.index), "cast", `only ${home} makes a ${forged}`)];
  });
}

/** The type expression that begins at `from`, as far as it can be told without a parser. */
function typeAfter(code, from) {
  let depth = 0;
  for (let at = from; at < code.length; at += 1) {
    const one = code[at];
    if (one === "<" || one === "[" || one === "{" || one === "(") depth += 1;
    if (one === ">" || one === "]" || one === "}" || one === ")") depth -= 1;
    const isNextCast = depth === 0 && /^\sas\s/.test(code.slice(at, at + 4));
    if (depth < 0 || isNextCast || (depth === 0 && /[;,=?:\n]/.test(one))) return code.slice(from, at);
  }
  return code.slice(from);
}
