import { expect, test } from "vitest";
import { readFixture } from "../testing/reference-noise.ts";
import { discreteLaplaceRdp, laplaceRdp, pureRdp } from "./rdp/pure-curves.ts";
import { logErfc, logGamma, scaledErfc } from "./special-functions.ts";

const exact = readFixture("accounting/special-functions-mpmath.json") as {
  readonly scaled_erfc: readonly [number, string][];
  readonly log_erfc: readonly [number, string][];
  readonly log_gamma: readonly [number, string][];
  readonly laplace_rdp: readonly [number, number, string][];
  readonly pure_rdp: readonly [number, number, string][];
  readonly discrete_laplace_rdp: readonly [number, number, number, string][];
};
const off = (ours: number, digits: string) => Math.abs(ours / Number(digits) - 1);

test("erfc and gamma have the digits of 40-digit arithmetic", () => {
  for (const [x, digits] of exact.scaled_erfc) expect(off(scaledErfc(x), digits)).toBeLessThan(1e-15);
  for (const [x, digits] of exact.log_erfc)
    expect(Math.abs(logErfc(x) - Number(digits))).toBeLessThan(4e-16 * (1 + x * x));
  for (const [x, digits] of exact.log_gamma)
    expect(Math.abs(logGamma(x) - Number(digits))).toBeLessThan(2e-14 * (1 + Math.abs(Number(digits))));
});

test("closed Rényi curves have the digits of 40-digit arithmetic, at small epsilons too", () => {
  for (const [epsilon, order, digits] of exact.laplace_rdp)
    expect(off(laplaceRdp(epsilon, order), digits)).toBeLessThan(1e-12);
  for (const [epsilon, order, digits] of exact.pure_rdp)
    expect(off(pureRdp(epsilon, order), digits)).toBeLessThan(1e-12);
  for (const [rate, sensitivity, order, digits] of exact.discrete_laplace_rdp) {
    const ours = discreteLaplaceRdp(rate, sensitivity, order);
    expect(ours).toBeGreaterThanOrEqual(Number(digits) * (1 - 1e-12));
    expect(off(ours, digits)).toBeLessThan(1e-9);
  }
});
