// Bounds as whole numbers of any size.

export function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

export function greater(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

export function lesser(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
