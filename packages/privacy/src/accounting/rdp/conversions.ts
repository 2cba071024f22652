// From Rényi curves to (epsilon, delta), by name: a published epsilon means nothing without the name of its conversion.
// For each order the bound holds, so the best order may be taken.

/**
 * - "mironov2017": epsilon = r + ln(1/delta) / (a - 1). Mironov 2017, Proposition 3. Figures before 2020 use it.
 * - "canonneKamathSteinke2020": epsilon = r + ln(1 - 1/a) - ln(a delta) / (a - 1). arXiv 2004.00010, Proposition 12;
 *   also Balle et al. 2020. Together with delta <= sqrt(1 - exp(-r)) (Bretagnolle, Huber 1979). Never worse.
 */
export type RdpConversion = "mironov2017" | "canonneKamathSteinke2020";

/** Below this order ln(1 - 1/a) and 1/(a - 1) lose their digits, and the bound is of no use. */
const smallestConvertedOrder = 1.01;
/** Relative room for the rounding of curves and conversion; the worst that we measured against 40 digits is 3e-13. */
const room = 1e-11;

export type ConvertedAt = { readonly value: number; readonly order: number };

/** The best epsilon, rounded up, and the order that gave it. */
export function epsilonFromRdp(
  orders: Float64Array,
  rdp: Float64Array,
  delta: number,
  conversion: RdpConversion,
): ConvertedAt {
  if (rdp.every((r) => r === 0)) return { value: 0, order: orders[0] ?? 1 };
  let best: ConvertedAt = { value: Number.POSITIVE_INFINITY, order: orders[0] ?? 1 };
  if (!(delta > 0)) return best;
  const logDelta = Math.log(delta);
  for (const [i, order] of orders.entries()) {
    const r = rdp[i]! * (1 + room);
    const value = Math.max(0, epsilonAtOrder(order, r, delta, logDelta, conversion));
    if (value < best.value) best = { value, order };
  }
  return { value: best.value * (1 + room), order: best.order };
}

function epsilonAtOrder(
  order: number,
  r: number,
  delta: number,
  logDelta: number,
  conversion: RdpConversion,
): number {
  if (conversion === "canonneKamathSteinke2020") {
    if (-Math.expm1(-r) <= delta * delta * (1 - room)) return 0;
    if (order <= smallestConvertedOrder) return Number.POSITIVE_INFINITY;
    const slack = (1e-15 * (Math.abs(logDelta) + 1)) / (order - 1);
    return r + Math.log1p(-1 / order) - (logDelta + Math.log(order)) / (order - 1) + slack;
  }
  return order <= smallestConvertedOrder ? Number.POSITIVE_INFINITY : r - logDelta / (order - 1);
}

/** The best delta, rounded up, and the order that gave it. */
export function deltaFromRdp(
  orders: Float64Array,
  rdp: Float64Array,
  epsilon: number,
  conversion: RdpConversion,
): ConvertedAt {
  let best: ConvertedAt = { value: 1, order: orders[0] ?? 1 };
  for (const [i, order] of orders.entries()) {
    const r = rdp[i]! * (1 + room);
    const value = deltaAtOrder(order, r, epsilon, conversion);
    if (value < best.value) best = { value, order };
  }
  return { value: Math.min(1, best.value * (1 + room)), order: best.order };
}

function deltaAtOrder(order: number, r: number, epsilon: number, conversion: RdpConversion): number {
  if (r === 0) return 0;
  const modern = conversion === "canonneKamathSteinke2020";
  const byDivergence = modern ? Math.sqrt(-Math.expm1(-r)) : 1;
  if (order <= smallestConvertedOrder || r === Number.POSITIVE_INFINITY) return byDivergence;
  const gap = (order - 1) * (r - epsilon);
  const exponent = modern ? gap + (order - 1) * Math.log1p(-1 / order) - Math.log(order) : gap;
  return Math.min(byDivergence, Math.exp(exponent + 1e-15 * Math.abs(exponent)));
}
