import { type Examples, groupNormalised, Scattering } from "unseen";
import { mnist } from "./mnist.ts";

/** Groups of channels that are normalised together, as Tramer and Boneh have them for Fashion-MNIST. */
const groups = 27;

/** MNIST's digits as features of a scattering transform, 81 paths of 7 by 7, each three paths normalised together. */
export function scatteredMnist(part: "train" | "t10k"): Examples {
  const { x, y } = mnist(part, "to one");
  const scattering = Scattering.of({ shape: [1, 28, 28] });
  if (!scattering.ok) throw new Error(scattering.problem.message);
  const { shape } = scattering.value;
  const features = new Float32Array(y.length * shape[0] * shape[1] * shape[2]);
  const each = 1_000;
  for (let from = 0; from < y.length; from += each) {
    const made = scattering.value.transform(x.subarray(784 * from, 784 * (from + each)));
    const normal = made.ok ? groupNormalised(made.value, shape, groups) : made;
    if (!normal.ok) throw new Error(normal.problem.message);
    features.set(normal.value, from * shape[0] * shape[1] * shape[2]);
  }
  return { x: features, y, shape };
}
