// MNIST, all of it, at the published settings of Opacus with their network. An hour or so each: name one, as mnist/opacus-15-epochs.

import {
  conv2d,
  dense,
  type FitOptions,
  flatten,
  maxPool2d,
  type PrivacyOptions,
  sequential,
  sgd,
} from "unseen";
import { mnist } from "./mnist/mnist.ts";

type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: number;
  readonly ratio: number;
  readonly epsilon: number | null;
  readonly seconds: number;
};

type Setting = {
  readonly name: string;
  readonly epochs: number;
  readonly rate: number;
  readonly privacy?: PrivacyOptions;
  /** Mean accuracy of ten runs in Opacus's examples/mnist_README.md. */
  readonly published: number;
};

/** Rates of sampling 0.004, delta 1e-5; noise there is over the clip, here over what a unit moves, a part in a thousand more. */
const settings: readonly Setting[] = [
  {
    name: "opacus-15-epochs",
    epochs: 15,
    rate: 0.25,
    privacy: { clip: 1.5, noiseMultiplier: 1.3, delta: 1e-5 },
    published: 94.63,
  },
  {
    name: "opacus-60-epochs",
    epochs: 60,
    rate: 0.15,
    privacy: { clip: 1, noiseMultiplier: 1.1, delta: 1e-5 },
    published: 96.78,
  },
  {
    name: "opacus-45-epochs",
    epochs: 45,
    rate: 0.25,
    privacy: { clip: 1.5, noiseMultiplier: 0.7, delta: 1e-5 },
    published: 97.09,
  },
  { name: "plain", epochs: 20, rate: 0.1, published: 98.94 },
];

/** Accuracy on the 10,000 held-out digits in percent, after the last step. */
export async function* run(isWanted: (figure: string) => boolean): AsyncGenerator<Figure> {
  const wanted = settings.filter(({ name }) => isWanted(`mnist/${name}`));
  if (wanted.length === 0) return;
  const [train, heldOut] = [mnist("train"), mnist("t10k")];
  for (const { name, epochs, rate, privacy, published } of wanted) {
    const options: FitOptions = {
      optimizer: sgd(rate),
      epochs,
      batch: 240,
      heldOut,
      ...(privacy === undefined ? {} : { privacy }),
      onProgress: ({ step, steps, heldOut: measured, epsilon = 0, leftMs = 0 }) =>
        console.error(
          `${name}: step ${step} of ${steps}, ${(100 * (measured?.accuracy ?? 0)).toFixed(2)} %, epsilon ${epsilon.toFixed(2)}, ${Math.round(leftMs / 1000)} s left`,
        ),
    };
    const from = performance.now();
    const trained = await network().fit(train, options);
    const value = 100 * trained.heldOut!.accuracy;
    yield {
      name: `mnist/${name}`,
      value,
      unit: "% right",
      baseline: published,
      ratio: value / published,
      epsilon: trained.epsilon?.epsilon ?? null,
      seconds: (performance.now() - from) / 1000,
    };
  }
}

/** Of Opacus's examples/mnist.py: 26,010 numbers. */
function network() {
  return sequential([
    conv2d(16, 8, { stride: 2, padding: 3, activation: "relu" }),
    maxPool2d(2, 1),
    conv2d(32, 4, { stride: 2, activation: "relu" }),
    maxPool2d(2, 1),
    flatten(),
    dense(32, "relu"),
    dense(10),
  ]);
}
