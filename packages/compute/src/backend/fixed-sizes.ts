import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { Program } from "@unseen/program";

/** The size of each node's result. Refused where one runs along private rows, whose number nobody knows beforehand. */
export function fixedSizes(program: Program): Result<readonly (readonly number[])[], Problem> {
  const sizes = program.shapes.map((shape) => shape.flatMap((size) => (size === "rows" ? [] : [size])));
  if (sizes.every((each, at) => each.length === program.shapes[at]!.length)) return ok(sizes);
  return err(
    problem("shapes-do-not-fit", "the program runs along private rows, so its sizes are not fixed", {
      hint: "name the sizes of its inputs, for example those of a batch",
    }),
  );
}
