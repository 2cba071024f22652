// `dataset.columns` is read as a list of names and called as a question about several of them, as in the
// transcript. A function cannot be an array, so it borrows an array's reading methods.

import type { PrivateTensor } from "./private-tensor.ts";

/** The names in order; called with some of them, those columns side by side: shape ["rows", k]. */
export interface ColumnList extends ReadonlyArray<string> {
  (...names: readonly string[]): PrivateTensor;
}

export function columnList(
  names: readonly string[],
  join: (names: readonly string[]) => PrivateTensor,
): ColumnList {
  const list = (...wanted: readonly string[]) => join(wanted);
  Object.setPrototypeOf(list, Array.prototype);
  for (const [at, name] of names.entries())
    Object.defineProperty(list, at, { value: name, enumerable: true });
  Object.defineProperty(list, "length", { value: names.length });
  Object.defineProperty(list, "toJSON", { value: () => [...names] });
  Object.defineProperty(list, Symbol.for("nodejs.util.inspect.custom"), { value: () => [...names] });
  return Object.freeze(list) as unknown as ColumnList;
}
