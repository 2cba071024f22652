// The little language of `unseen ask`: what a researcher types becomes a tree, or one sentence that points at
// the column where it stopped making sense. Nothing is computed here and nothing is known of any dataset.
//
// Operator precedence by binding powers: Pratt, "Top Down Operator Precedence", POPL 1973.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";

/** Where a part of the text begins, from 0. */
type Place = { readonly at: number };

export type ExpressionTree = Place &
  (
    | { readonly kind: "number"; readonly value: number }
    /** `isQuoted` names may be a category's as well as a column's. */
    | { readonly kind: "name"; readonly name: string; readonly isQuoted: boolean }
    | { readonly kind: "list"; readonly items: readonly ExpressionTree[] }
    | { readonly kind: "unary"; readonly operator: "-" | "not"; readonly of: ExpressionTree }
    | {
        readonly kind: "binary";
        readonly operator: BinaryOperator;
        readonly left: ExpressionTree;
        readonly right: ExpressionTree;
      }
    | { readonly kind: "call"; readonly name: string; readonly given: readonly ExpressionTree[] }
  );

export type BinaryOperator = "or" | "and" | Comparison | "+" | "-" | "*" | "/" | "^";
type Comparison = ">" | ">=" | "<" | "<=" | "==" | "!=";

export type ExpressionProblem = Problem<"expression-malformed">;

/** A question is a line that a person types; the wire's own limits come after. */
const longestText = 10_000;
/** Levels of nesting: far above any formula, far below the stack. */
const mostLevels = 200;

const bindings: Readonly<Record<BinaryOperator, number>> = {
  or: 10,
  and: 20,
  ">": 40,
  ">=": 40,
  "<": 40,
  "<=": 40,
  "==": 40,
  "!=": 40,
  "+": 50,
  "-": 50,
  "*": 60,
  "/": 60,
  "^": 80,
};
const comparison = bindings["=="];
const notBinding = 30;
const minusBinding = 70;

/** Reads `mean(bp > 100)` and its like. Never throws; whatever is wrong is an "expression-malformed" with its column. */
export function parseExpression(text: string): Result<ExpressionTree, ExpressionProblem> {
  if (text.length > longestText)
    return err(problem("expression-malformed", `the expression is longer than ${longestText} characters`));
  try {
    const parser = new Parser(text, tokensOf(text));
    return ok(parser.whole());
  } catch (error) {
    if (error instanceof Misplaced) return err(expressionProblem(text, error.at, error.message, error.hint));
    throw error;
  }
}

/** One sentence, and the text with a caret under the place. */
export function expressionProblem(
  text: string,
  at: number,
  message: string,
  hint?: string,
): ExpressionProblem {
  const column = [...text.slice(0, at)].length + 1;
  const pointed = pointAt(text, at);
  return problem("expression-malformed", `${message} (column ${column})`, {
    hint: hint === undefined ? pointed : `${pointed}\n${hint}`,
    facts: { column: String(column) },
  });
}

/** Characters of a long text that are shown on each side of the place. */
const shownAround = 60;

function pointAt(text: string, at: number): string {
  const from = Math.max(0, at - shownAround);
  // Control characters could steer the terminal that this is printed on.
  const shown = text.slice(from, at + shownAround).replace(/\p{Cc}/gu, " ");
  return `${shown}\n${" ".repeat([...text.slice(from, at)].length)}^`;
}

/** Unwinds the parser to its one door; never leaves this file. */
class Misplaced extends Error {
  readonly at: number;
  readonly hint: string | undefined;

  constructor(at: number, message: string, hint?: string) {
    super(message);
    this.at = at;
    this.hint = hint;
  }
}

type Token = Place &
  (
    | { readonly kind: "number"; readonly value: number }
    | { readonly kind: "word"; readonly text: string }
    | { readonly kind: "quoted"; readonly text: string }
    | { readonly kind: "sign"; readonly text: string }
    | { readonly kind: "end" }
  );

const blank = /\s+/uy;
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/uy;
const word = /[\p{L}_][\p{L}\p{N}_]*/uy;
const quoted = /"([^"]*)"|`([^`]*)`/uy;
const sign = /\*\*|>=|<=|==|!=|[-+*/^<>()[\],]/uy;

/** What people write in other languages, and what it is called here. */
const foreign: Readonly<Record<string, string>> = {
  "=": "compare with ==",
  "!": "write not, or != to compare",
  "&": "write and",
  "|": "write or",
  "'": 'put odd column names in "double quotes" or `backticks`',
  "%": "there is no remainder",
};

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  while (at < text.length) {
    const space = match(blank);
    if (space !== null) {
      at += space[0].length;
      continue;
    }
    const found = match(number) ?? match(word) ?? match(quoted) ?? match(sign);
    if (found === null) throw unreadable(text, at);
    tokens.push(tokenOf(found, at));
    at += found[0].length;
  }
  tokens.push({ kind: "end", at: text.length });
  return tokens;
}

function tokenOf(found: RegExpExecArray, at: number): Token {
  const [text, inDouble, inBackticks] = found;
  const inside = inDouble ?? inBackticks;
  if (inside !== undefined) return { kind: "quoted", text: inside, at };
  if (/^[\d.]/.test(text)) {
    const value = Number(text);
    if (!Number.isFinite(value)) throw new Misplaced(at, "this number is too large");
    return { kind: "number", value, at };
  }
  return /^[\p{L}_]/u.test(text) ? { kind: "word", text, at } : { kind: "sign", text, at };
}

function unreadable(text: string, at: number): Misplaced {
  const one = String.fromCodePoint(text.codePointAt(at)!);
  if (one === '"' || one === "`") return new Misplaced(at, "a quoted name begins here and does not end");
  return new Misplaced(at, "this character has no meaning here", foreign[one]);
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #level = 0;

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  whole(): ExpressionTree {
    const tree = this.#expression(0);
    const rest = this.#peek();
    if (rest.kind !== "end")
      throw new Misplaced(rest.at, `${this.#named(rest)} cannot follow what stands before it`);
    return tree;
  }

  #expression(least: number): ExpressionTree {
    this.#level += 1;
    if (this.#level > mostLevels) throw new Misplaced(this.#peek().at, "the expression is nested too deeply");
    let left = this.#prefix();
    let compared = false;
    for (;;) {
      const token = this.#peek();
      const operator = operatorOf(token);
      if (operator === undefined || bindings[operator] <= least) break;
      const binding = bindings[operator];
      if (binding === comparison && compared) {
        throw new Misplaced(token.at, "comparisons do not chain", "join two of them: 90 < bp and bp < 110");
      }
      compared = binding === comparison;
      this.#next += 1;
      // Powers group to the right: 2^3^2 is 2^(3^2).
      const right = this.#expression(operator === "^" ? binding - 1 : binding);
      left = { kind: "binary", operator, left, right, at: token.at };
    }
    this.#level -= 1;
    return left;
  }

  #prefix(): ExpressionTree {
    const token = this.#take();
    const { at } = token;
    switch (token.kind) {
      case "number":
        return { kind: "number", value: token.value, at };
      case "quoted":
        return { kind: "name", name: token.text, isQuoted: true, at };
      case "word":
        return this.#word(token.text, at);
      case "sign":
        return this.#signed(token.text, at);
      case "end":
        throw new Misplaced(at, "the expression ends where a value was expected");
      default:
        return token satisfies never;
    }
  }

  #word(text: string, at: number): ExpressionTree {
    if (text === "not") return { kind: "unary", operator: "not", of: this.#expression(notBinding), at };
    if (text === "and" || text === "or") throw new Misplaced(at, `a value was expected before ${text}`);
    const opens = this.#peek().at;
    if (!this.#skip("(")) return { kind: "name", name: text, isQuoted: false, at };
    return { kind: "call", name: text, given: this.#items(")", opens), at };
  }

  #signed(text: string, at: number): ExpressionTree {
    if (text === "-") return { kind: "unary", operator: "-", of: this.#expression(minusBinding), at };
    if (text === "[") return { kind: "list", items: this.#items("]", at), at };
    if (text !== "(") throw new Misplaced(at, `a value was expected before ${text}`);
    const inside = this.#expression(0);
    if (!this.#skip(")")) throw this.#unclosed("(", at);
    return inside;
  }

  #items(close: ")" | "]", openedAt: number): readonly ExpressionTree[] {
    const items: ExpressionTree[] = [];
    if (this.#skip(close)) return items;
    do items.push(this.#expression(0));
    while (this.#skip(","));
    if (!this.#skip(close)) throw this.#unclosed(close === ")" ? "(" : "[", openedAt);
    return items;
  }

  #unclosed(opened: string, openedAt: number): Misplaced {
    const token = this.#peek();
    const column = [...this.#text.slice(0, openedAt)].length + 1;
    const what = token.kind === "end" ? "the expression ends" : `${this.#named(token)} stands`;
    return new Misplaced(token.at, `${what} where the "${opened}" of column ${column} was expected to close`);
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== "end") this.#next += 1;
    return token;
  }

  #skip(text: string): boolean {
    const token = this.#peek();
    const isThere = token.kind === "sign" && token.text === text;
    if (isThere) this.#next += 1;
    return isThere;
  }

  #named(token: Token): string {
    if (token.kind === "number") return "a number";
    if (token.kind === "end") return "the end";
    return token.kind === "sign" ? `"${token.text}"` : "a name";
  }
}

function operatorOf(token: Token): BinaryOperator | undefined {
  if (token.kind === "word") return token.text === "and" || token.text === "or" ? token.text : undefined;
  if (token.kind !== "sign") return undefined;
  if (token.text === "**") return "^";
  return Object.hasOwn(bindings, token.text) ? (token.text as BinaryOperator) : undefined;
}
