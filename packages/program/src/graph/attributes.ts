// Reads an operation's attributes at the door: every one known, of its kind, finite; defaults filled in.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { AttributeSpec, Attributes, Operation } from "../operations/operation.ts";
import { programLimits } from "./limits.ts";

export function readAttributes(operation: Operation, given: Attributes): Result<Attributes, Problem> {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(operation.attributes, name));
  if (unknown !== undefined)
    return err(wrong(operation, `it has no attribute ${JSON.stringify(unknown.slice(0, 40))}`));
  const read: Record<string, number | readonly number[]> = {};
  for (const [name, spec] of Object.entries(operation.attributes)) {
    const value = Object.hasOwn(given, name) ? given[name] : spec.default;
    if (value === undefined) return err(wrong(operation, `it needs the attribute ${name}`));
    const one = readOne(operation, name, spec, value);
    if (!one.ok) return one;
    read[name] = one.value;
  }
  return ok(Object.freeze(read));
}

function readOne(
  operation: Operation,
  name: string,
  spec: AttributeSpec,
  value: number | readonly number[],
): Result<number | readonly number[], Problem> {
  const isList = spec.kind === "integers" || spec.kind === "numbers";
  const values = typeof value === "number" ? [value] : value;
  if (isList !== (typeof value !== "number"))
    return err(wrong(operation, `${name} is ${isList ? "a list" : "one number"}`));
  if (values.length > programLimits.attributeLength)
    return err(wrong(operation, `${name} is too long a list`));
  if (!values.every(Number.isFinite)) {
    return err(
      problem("constant-not-finite", `${operation.name}: ${name} is NaN or infinite`, {
        hint: "settings are finite numbers",
      }),
    );
  }
  const isWhole = spec.kind === "integer" || spec.kind === "integers";
  if (isWhole && !values.every(Number.isSafeInteger)) return err(wrong(operation, `${name} must be whole`));
  return ok(isList ? Object.freeze([...values]) : values[0]!);
}

function wrong(operation: Operation, what: string): Problem<"program-malformed"> {
  return problem("program-malformed", `the program is not well formed: ${operation.name}: ${what}`);
}
