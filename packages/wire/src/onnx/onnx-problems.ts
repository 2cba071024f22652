import { type Problem, problem } from "@unseen/base";

/** The bytes are no model, or one that contradicts itself. */
export function malformed(what: string): Problem<"onnx-malformed"> {
  return problem("onnx-malformed", `the model is not well formed: ${what}`);
}

/** The model may be a good one, and has something that is not read or written here. */
export function notSupported(what: string, hint?: string): Problem<"onnx-not-supported"> {
  return problem(
    "onnx-not-supported",
    `the model cannot be taken: ${what}`,
    hint === undefined ? {} : { hint },
  );
}

/** A name from a foreign file, quoted and cut. */
export function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 60));
}
