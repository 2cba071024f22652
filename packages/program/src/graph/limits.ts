/** What one program may hold. Each number bounds the memory or time that a stranger's message can take. */
export const programLimits = {
  /** A transcript has tens of nodes and a small network's forward pass hundreds. */
  nodes: 2_000,
  outputs: 64,
  /** Elements of all constants together: half a megabyte of float64. */
  constants: 65_536,
  /** Elements of one intermediate result, a private row counted once: 32 MiB of float64. */
  elements: 4_194_304,
  /** Characters of a column's or object's name. */
  nameLength: 200,
  /** Numbers in one list-valued attribute. */
  attributeLength: 1_024,
  /** Texts in one list of keys: as many as the groups that one table may have. */
  keys: 4_096,
  /** Characters (UTF-16 units) of one of them. */
  keyLength: 400,
  /** Characters of all texts of one program together. */
  keyCharacters: 262_144,
} as const;
