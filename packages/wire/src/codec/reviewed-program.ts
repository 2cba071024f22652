// A program over columns that owners shared under permits, as owners review it: inputs are named by what they are, not by what
// an asker calls them. Who runs a program and who reviewed it come to the same text, or they mean different programs.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { makeProgram, type Program, printProgram } from "@unseen/program";
import { ReviewedProgramSchema } from "../gen/unseen/v1/shares_pb.ts";
import { wireLimits } from "../limits.ts";
import { decodeProgram, encodeProgram } from "./program-codec.ts";

/** Columns of one dataset, by the fingerprint of its owner's node. */
export type ColumnSource = {
  readonly owner: string;
  readonly dataset: string;
  readonly columns: readonly string[];
};

/** Input "source 1" of the program is the first source, and so on. */
export type ReviewedProgram = { readonly sources: readonly ColumnSource[]; readonly program: Program };

/** Undefined where an input is of no source: a program that takes anything else cannot be reviewed. */
export function reviewedProgram(
  program: Program,
  sourceOf: (input: string) => ColumnSource | undefined,
): ReviewedProgram | undefined {
  const places = new Map<string, number>();
  const sources: ColumnSource[] = [];
  for (const node of program.nodes) {
    if (node.kind !== "input" || places.has(node.name)) continue;
    const source = sourceOf(node.name);
    if (source === undefined) return undefined;
    sources.push({ owner: source.owner, dataset: source.dataset, columns: [...source.columns] });
    places.set(node.name, sources.length);
  }
  const nodes = program.nodes.map((node) =>
    node.kind === "input" ? { ...node, name: nameAt(places.get(node.name)!) } : node,
  );
  const renamed = makeProgram({ version: program.version, nodes, outputs: program.outputs });
  return renamed.ok ? { sources, program: renamed.value } : undefined;
}

/** All of it as text: what a person reads and what is hashed. Two are the same text exactly if they are the same. */
export function printReviewed({ sources, program }: ReviewedProgram): string {
  const lines = sources.map(
    ({ owner, dataset, columns }, at) =>
      `${nameAt(at + 1)}: ${JSON.stringify(columns)} of ${JSON.stringify(dataset)} at ${JSON.stringify(owner)}`,
  );
  return [...lines, printProgram(program)].join("\n");
}

/** One line of hexadecimal digits, to be sent to an owner in any way. */
export function writeReviewed({ sources, program }: ReviewedProgram): string {
  const message = create(ReviewedProgramSchema, {
    sources: sources.map((source) => ({ ...source, columns: [...source.columns] })),
    program: encodeProgram(program),
  });
  return Array.from(toBinary(ReviewedProgramSchema, message), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

export function readReviewed(text: string): Result<ReviewedProgram, Problem> {
  const digits = text.trim();
  if (digits.length > 2 * wireLimits.reviewBytes || digits.length % 2 === 1 || !/^[0-9a-f]*$/.test(digits))
    return err(malformed());
  const bytes = Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
    Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16),
  );
  let message: ReturnType<typeof create<typeof ReviewedProgramSchema>>;
  try {
    message = fromBinary(ReviewedProgramSchema, bytes);
  } catch {
    return err(malformed());
  }
  const program = decodeProgram(message.program);
  if (!program.ok) return program;
  const sources = message.sources.map(({ owner, dataset, columns }) => ({ owner, dataset, columns }));
  // As `reviewedProgram` writes it, in one way only.
  const again = reviewedProgram(program.value, (name) => sources.find((_, at) => name === nameAt(at + 1)));
  const whole = { sources, program: program.value };
  if (again === undefined || printReviewed(again) !== printReviewed(whole)) return err(malformed());
  return ok(whole);
}

function nameAt(place: number): string {
  return `source ${place}`;
}

function malformed(): Problem<"message-malformed"> {
  return problem("message-malformed", "this is no program for review", {
    hint: "it is the line that review() of the client gives",
  });
}
