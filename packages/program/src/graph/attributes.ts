// Reads an operation's attributes at the door: every one known, of its kind, finite; defaults filled in.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { AttributeSpec, Attributes, AttributeValue, Operation } from "../operations/operation.ts";
import { programLimits } from "./limits.ts";

export function readAttributes(operation: Operation, given: Attributes): Result<Attributes, Problem> {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(operation.attributes, name));
  if (unknown !== undefined)
    return err(wrong(operation, `it has no attribute ${JSON.stringify(unknown.slice(0, 40))}`));
  const read: Record<string, AttributeValue> = {};
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
  value: AttributeValue,
): Result<AttributeValue, Problem> {
  if (spec.kind === "texts") return readTexts(operation, name, value);
  const isList = spec.kind === "integers" || spec.kind === "numbers";
  const values = typeof value === "number" ? [value] : value;
  if (isList !== (typeof value !== "number"))
    return err(wrong(operation, `${name} is ${isList ? "a list" : "one number"}`));
  if (values.length > programLimits.attributeLength)
    return err(wrong(operation, `${name} is too long a list`));
  if (!isNumbers(values)) return err(wrong(operation, `${name} holds numbers`));
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

function isNumbers(values: readonly (number | string)[]): values is readonly number[] {
  return values.every((value) => typeof value === "number");
}

/** Each text in the one spelling that the owner's door gives to texts, Unicode's form C. */
function readTexts(
  operation: Operation,
  name: string,
  value: AttributeValue,
): Result<AttributeValue, Problem> {
  if (typeof value === "number" || !value.every((one) => typeof one === "string"))
    return err(wrong(operation, `${name} is a list of texts`));
  if (value.length > programLimits.keys) return err(wrong(operation, `${name} is too long a list`));
  const isText = (text: string) => text.length <= programLimits.keyLength && text.isWellFormed();
  if (!value.every(isText))
    return err(
      wrong(operation, `a text in ${name} is longer than ${programLimits.keyLength} characters, or is none`),
    );
  return ok(Object.freeze(value.map((text) => text.normalize("NFC"))));
}

function wrong(operation: Operation, what: string): Problem<"program-malformed"> {
  return problem("program-malformed", `the program is not well formed: ${operation.name}: ${what}`);
}
