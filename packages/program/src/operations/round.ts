import { increasing, unary } from "./elementwise.ts";

/** To the nearest whole number, halves to the even one (ONNX "Round"). */
function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest < 0.5) return below;
  if (rest > 0.5) return below + 1;
  return below % 2 === 0 ? below : below + 1;
}

export const round = unary("Round", {
  plain: roundHalfToEven,
  bounds: increasing(roundHalfToEven),
  keepsZero: true,
  integral: "always",
});
