// A column of texts as numbers, for one question: each public key that the question names has a number of its own, and
// every other text has one and the same. So what is worked out from the numbers depends on which of the named
// keys a row has and on nothing else, and there is no list of the texts that are there.

import { invariant } from "@unseen/base";
import { makeProgram, type Program, type ProgramNode } from "@unseen/program";

/** A row's text, or null where the row has no key. */
export type Texts = readonly (string | null)[];

export type CodedTexts = {
  /** The same program, its keys of texts replaced by their numbers. */
  readonly program: Program;
  /** For each column of texts that the program compares, the number of each key that it names. */
  readonly codes: ReadonlyMap<string, ReadonlyMap<string, number>>;
};

/** What no key has. */
const noKey = -1;

/** Blocks of rows are worked on one after another with one program. */
const known = new WeakMap<Program, CodedTexts>();

export function codedTexts(program: Program): CodedTexts {
  const held = known.get(program);
  if (held !== undefined) return held;
  const coded = codedAnew(program);
  known.set(program, coded);
  return coded;
}

function codedAnew(program: Program): CodedTexts {
  const codes = new Map<string, Map<string, number>>();
  const nodes = program.nodes.map((node): ProgramNode => {
    const keys = keysOf(node);
    if (keys.length === 0 || node.kind !== "operation") return node;
    const input = program.nodes[node.inputs[0]!]!;
    // What else could stand there is a number, and none of the texts.
    if (input.kind !== "input") return node;
    const column = codes.get(input.name) ?? new Map<string, number>();
    codes.set(input.name, column);
    for (const key of keys) if (!column.has(key)) column.set(key, column.size);
    return { ...node, attributes: { keys_floats: keys.map((key) => column.get(key)!) } };
  });
  if (codes.size === 0) return { program, codes };
  const made = makeProgram({ version: program.version, nodes, outputs: program.outputs });
  invariant(made.ok, "numbers fit where texts did");
  return { program: made.value, codes };
}

function keysOf(node: ProgramNode): readonly string[] {
  if (node.kind !== "operation" || node.operation !== "LabelEncoder") return [];
  return node.attributes.keys_strings as readonly string[];
}

/** The numbers of some rows' texts. Of a column that the program does not compare, every row has the same. */
export function codesOf(texts: Texts, codes: ReadonlyMap<string, number> | undefined): Float64Array {
  return Float64Array.from(texts, (text) => (text === null ? noKey : (codes?.get(text) ?? noKey)));
}
