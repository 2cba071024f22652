// What all replies share: a client trusts no node, so it counts and cleans what it reads.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { wireLimits } from "../limits.ts";
import { plainText } from "../plain-text.ts";

export function replyMalformed(what: string): Problem<"message-malformed"> {
  return problem("message-malformed", `the node's reply is not well formed: ${what}`, {
    hint: "the node may be of another version, or not be an Unseen node",
  });
}

/** A count or a time as a number; 64 bits hold more than a number does. */
export function wholeNumber(value: bigint, name: string): Result<number, Problem> {
  const number = Number(value);
  return Number.isSafeInteger(number) && number >= 0
    ? ok(number)
    : err(replyMalformed(`${name} is out of range`));
}

/** The second dataset of a join, where there is one. */
export function decodeJoined(text: string): { readonly joined?: string } {
  return text === "" ? {} : { joined: plainText(text, wireLimits.nameLength) };
}

/** Reads each, and gives the first refusal. */
export function decodeAll<Message, T>(
  messages: readonly Message[],
  most: number,
  name: string,
  decode: (message: Message) => Result<T, Problem>,
): Result<readonly T[], Problem> {
  if (messages.length > most) return err(replyMalformed(`it holds more than ${most} ${name}`));
  const values: T[] = [];
  for (const message of messages) {
    const value = decode(message);
    if (!value.ok) return value;
    values.push(value.value);
  }
  return ok(values);
}
