// A small part of MNIST; the whole of it is `npm run bench -- mnist`.

import { dense, type Examples, flatten, sequential, sgd } from "unseen";
import { expect, test } from "vitest";
import { mnist } from "../bench/mnist/mnist.ts";

const first = ({ x, y, shape }: Examples, count: number): Examples => ({
  x: (x as Float32Array).slice(0, 784 * count),
  y: (y as Uint8Array).slice(0, count),
  shape: shape!,
});

test("MNIST's files are what their format says", () => {
  const { x, y } = mnist("t10k");
  expect([x.length, y.length]).toEqual([7_840_000, 10_000]);
  // The first held-out digits, as anybody sees them.
  expect([...(y as Uint8Array).slice(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
});

test("twelve thousand digits of MNIST are learnt with a promise", async () => {
  const [train, heldOut] = [first(mnist("train"), 12_000), first(mnist("t10k"), 2_000)];
  const privacy = { clip: 1, noiseMultiplier: 0.9, delta: 1e-5 };
  const options = { optimizer: sgd(0.5), epochs: 6, batch: 240, heldOut, privacy };
  const run = await sequential([flatten(), dense(32, "tanh"), dense(10)]).fit(train, options);
  expect(run.heldOut!.accuracy).toBeGreaterThan(0.8);
  expect(run.epsilon!.epsilon).toBeLessThan(3);
});
