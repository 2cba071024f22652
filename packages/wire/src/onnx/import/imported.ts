// What the names in a foreign graph stand for while it is read.

import type { PlainTensor } from "@unseen/program";
import type { ValueType } from "../data-types.ts";

export type Imported = {
  /** Where it stands in the program. */
  readonly place: number;
  readonly type: ValueType;
  /** Whole numbers, whatever their type. */
  readonly isWhole: boolean;
  /** 0 and 1 alone. Another truth is any number, and false where it is zero. */
  readonly isTruth: boolean;
  /** The numbers, where they follow from the file alone. */
  readonly known?: PlainTensor;
};

/** What an operation says of its result, apart from the place. */
export type Kind = Partial<Omit<Imported, "place">>;
