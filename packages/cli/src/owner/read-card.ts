// The card that an owner wrote, with what the command line adds to it.

import { readFile } from "node:fs/promises";
import { type Card, parseCard } from "@unseen/program";
import { failedBy, orFail } from "../shell/failure.ts";

export type CardOverrides = {
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly description?: string;
};

/** A card with two hundred mock rows of a thousand columns is below this. */
const largestCard = 32 * 2 ** 20;

/** Flags go before what the file says. Problems name the column and the rule, never a value. */
export async function readCard(file: string, overrides: CardOverrides): Promise<Card> {
  const json = parsedJson(file, await textOf(file));
  if (typeof json !== "object" || json === null || Array.isArray(json)) return orFail(parseCard(json));
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  return orFail(parseCard({ ...json, ...Object.fromEntries(given) }));
}

async function textOf(file: string): Promise<string> {
  try {
    const text = await readFile(file, "utf8");
    if (text.length <= largestCard) return text;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const message = isMissing ? `there is no card in ${file}` : `the card in ${file} cannot be read`;
    throw failedBy({ code: "file-unreadable", message, hint: "`unseen dataset suggest FILE` drafts one" });
  }
  throw failedBy({ code: "card-malformed", message: `${file} is too large for a card` });
}

function parsedJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw failedBy({
      code: "card-malformed",
      message: `${file} is not JSON`,
      hint: "look for a comma or a quote that is missing",
    });
  }
}

/** `--tags "#a,#b"`, with or without blanks. */
export function tagsOf(text: string): readonly string[] {
  return text
    .split(/[\s,]+/)
    .filter((tag) => tag !== "")
    .map((tag) => (tag.startsWith("#") ? tag : `#${tag}`));
}
