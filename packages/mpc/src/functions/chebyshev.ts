/**
 * Coefficients, of 1, t, t^2, ..., of the polynomial that meets f at the Chebyshev nodes of [-1, 1]. Near the best there is: the
 * greatest error of such an interpolation is at most 2/pi log(degree + 1) + 1 times the least possible (Rivlin 1969, on
 * Lebesgue's constant).
 */
export function chebyshevPolynomial(f: (t: number) => number, degree: number): readonly number[] {
  const count = degree + 1;
  const nodes = Array.from({ length: count }, (_, node) => Math.cos((Math.PI * (node + 0.5)) / count));
  const values = nodes.map(f);
  const sum = new Array<number>(count).fill(0);
  let [previous, current] = [new Array<number>(count).fill(0), new Array<number>(count).fill(0)];
  for (let order = 0; order < count; order++) {
    // T_0 = 1, T_1 = t, and T_n = 2 t T_(n-1) - T_(n-2).
    const next = new Array<number>(count).fill(0);
    if (order === 0) next[0] = 1;
    else
      for (let power = 0; power < count; power++)
        next[power] =
          (order === 1 ? 1 : 2) * (current[power - 1] ?? 0) - (order === 1 ? 0 : previous[power]!);
    [previous, current] = [current, next];
    const projected = values.reduce(
      (total, value, node) => total + value * Math.cos((order * Math.PI * (node + 0.5)) / count),
      0,
    );
    const weight = ((order === 0 ? 1 : 2) * projected) / count;
    for (let power = 0; power < count; power++) sum[power]! += weight * next[power]!;
  }
  return sum;
}
