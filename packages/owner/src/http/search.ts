import type { Card } from "@unseen/program";

/** Every term must be there: a #tag exactly, another word somewhere in the name, description, tags or columns. */
export function matchesTerms(card: Card, terms: readonly string[]): boolean {
  const tags = card.tags.map((tag) => tag.toLowerCase());
  const text = [card.name, card.description, ...tags, ...Object.keys(card.columns)].join("\n").toLowerCase();
  return terms.every((term) => {
    const wanted = term.toLowerCase();
    return wanted.startsWith("#") ? tags.includes(wanted) : text.includes(wanted);
  });
}
