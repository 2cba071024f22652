// What a file may not say: rules that look at one file's text.

import { finding } from "./import-rules.mjs";
import { lineAt } from "./read-source.mjs";
import { pureRooms } from "./rooms.mjs";

const outside = "comes in as a parameter (Clock, Entropy, a port)";

/** Pure rooms, tests apart. */
const purity = [
  [
    "clock",
    /\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(|\bperformance\s*\.\s*now\b|\bTemporal\s*\.\s*Now\b/g,
    outside,
  ],
  ["timer", /(?<![.\w])(?:setTimeout|setInterval|setImmediate)\b/g, outside],
  [
    "entropy",
    /\bglobalThis\s*\.\s*crypto\b|\bcrypto\s*\.\s*(?:getRandomValues|randomUUID|subtle)\b/g,
    outside,
  ],
  ["environment", /(?<![.\w])process\s*\./g, outside],
  ["network", /(?<![.\w])(?:globalThis\s*\.\s*)?fetch\s*\(/g, outside],
];

/** Every room, tests apart. */
const everywhere = [
  ["entropy", /\bMath\s*\.\s*random\b/g, "can be predicted, and cannot be replayed in a test"],
  [
    "eval",
    /(?:(?<![.\w])|\bglobalThis\s*\.\s*)eval\s*\(|\bnew\s+Function\b|(?<![.\w])Function\s*\(/g,
    "text is never run as code",
  ],
  [
    "import",
    /(?<![.\w])import\s*\(\s*(?!["'`\s])/g,
    "a module is named where it is imported, never computed",
  ],
];

/** Every room, tests too. */
const style = [
  ["default", /\bexport\s+default\b/g, "a thing has one name, and it is exported under it"],
  ["enum", /(?<![.\w])enum\s+\w+\s*\{/g, "use a union of texts"],
  ["namespace", /(?<![.\w])(?:namespace|module)\s+[\w.]+\s*\{/g, "a file is the namespace"],
  ["any", /(?::|\bas\b|[<|&,])\s*any\b(?=\s*(?:[;,)>\]|&={]|\[|$))/gm, "say what it is, or `unknown`"],
];

/** Places where a rule is broken on purpose, each with its reason. */
const allowances = [
  // The one maker of production entropy: it calls the `crypto` that main.ts hands to it.
  { file: "packages/base/src/platform-entropy.ts", rule: "entropy" },
];

const longestLines = 300;
const excuse = "one thing because";
const excuseWithinLines = 12;

export function textFindings(room, file) {
  const rules = [
    ...(pureRooms.has(room.name) && !file.isTest ? purity : []),
    ...(file.isTest ? [] : everywhere),
    ...style,
  ];
  const findings = rules.flatMap(([rule, pattern, why]) =>
    isAllowed(file, rule)
      ? []
      : [...file.code.matchAll(pattern)].map((match) =>
          finding(file.path, lineAt(file.code, match.index), rule, `\`${match[0].trim()}\`: ${why}`),
        ),
  );
  return [...findings, ...lengthFindings(file)];
}

function isAllowed(file, rule) {
  return allowances.some((allowance) => allowance.file === file.path && allowance.rule === rule);
}

function lengthFindings(file) {
  const lines = file.source.trimEnd().split("\n");
  if (file.isTest || lines.length <= longestLines) return [];
  if (lines.slice(0, excuseWithinLines).join("\n").includes(excuse)) return [];
  const why = `${lines.length} lines; split it, or say on top that it is ${excuse} …`;
  return [finding(file.path, longestLines + 1, "length", why)];
}
