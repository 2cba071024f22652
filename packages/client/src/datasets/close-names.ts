// "Did you mean": the names nearest to one that is not there.

const mostEdits = 2;
const mostNames = 3;

/** Up to three of `names` that begin alike or differ by two letters at most, nearest first. */
export function closeNames(wanted: string, names: readonly string[]): readonly string[] {
  const lower = wanted.toLowerCase().slice(0, 100);
  return names
    .map((name) => ({ name, edits: distance(lower, name.toLowerCase().slice(0, 100)) }))
    .filter(({ name, edits }) => isClose(lower, name.toLowerCase(), edits))
    .toSorted((a, b) => a.edits - b.edits)
    .slice(0, mostNames)
    .map(({ name }) => name);
}

function isClose(wanted: string, name: string, edits: number): boolean {
  return (
    edits <= Math.min(mostEdits, wanted.length - 1) ||
    (wanted !== "" && (name.startsWith(wanted) || wanted.startsWith(name)))
  );
}

/** Levenshtein's distance, a row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + Number(letter !== other)));
    }
    row = next;
  }
  return row.at(-1)!;
}
