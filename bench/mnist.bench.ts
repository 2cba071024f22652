// MNIST, all of it, at the published settings of Opacus and of TensorFlow Privacy, with the network that both use, and a linear
// model on scattering features. Half an hour and more each: name one, as mnist/opacus-15-epochs. One that was ended goes on from
// its last epoch when it is run again.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import {
  conv2d,
  dense,
  type Examples,
  type FitOptions,
  flatten,
  type Model,
  maxPool2d,
  type Optimizer,
  type PrivacyOptions,
  sequential,
  sgd,
} from "unseen";
import { mnist } from "./mnist/mnist.ts";
import { scatteredMnist } from "./mnist/scattered.ts";

type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: number;
  readonly ratio: number;
  readonly epsilon: number | null;
  /** Since the training was begun or gone on with. */
  readonly seconds: number;
};

type Setting = {
  readonly name: string;
  readonly digits: (part: "train" | "t10k") => Examples;
  readonly network: () => Model;
  readonly batch: number;
  readonly epochs: number;
  readonly optimizer: Optimizer;
  readonly privacy?: PrivacyOptions;
  /** Mean accuracy of their runs. */
  readonly published: number;
};

/** Noise there is over the clip, here over what a unit moves: a part in a thousand more. */
function privately(clip: number, noiseMultiplier: number): Pick<Setting, "privacy"> {
  return { privacy: { clip, noiseMultiplier, delta: 1e-5 } };
}

/** Of Opacus's examples/mnist_README.md: a rate of sampling of 0.004. */
const opacus = {
  digits: (part: "train" | "t10k") => mnist(part, "standardised"),
  network: convolutions,
  batch: 240,
};
/** Of TensorFlow Privacy's tutorials/README.md, as it stood with epsilons of 1.19, 3.01 and 7.10. */
const tensorflow = {
  digits: (part: "train" | "t10k") => mnist(part, "to one"),
  network: convolutions,
  batch: 256,
};
/** Of Tramer and Boneh's README, but that channels are normalised in groups, which costs nothing, and not by noised means. */
const scattered = {
  digits: scatteredMnist,
  network: () => sequential([flatten(), dense(10)]),
  batch: 4_096,
};

const settings: readonly Setting[] = [
  {
    name: "opacus-15-epochs",
    ...opacus,
    epochs: 15,
    optimizer: sgd(0.25),
    ...privately(1.5, 1.3),
    published: 94.63,
  },
  {
    name: "opacus-60-epochs",
    ...opacus,
    epochs: 60,
    optimizer: sgd(0.15),
    ...privately(1, 1.1),
    published: 96.78,
  },
  {
    name: "opacus-45-epochs",
    ...opacus,
    epochs: 45,
    optimizer: sgd(0.25),
    ...privately(1.5, 0.7),
    published: 97.09,
  },
  { name: "plain", ...opacus, epochs: 20, optimizer: sgd(0.1), published: 98.94 },
  {
    name: "tensorflow-15-epochs",
    ...tensorflow,
    epochs: 15,
    optimizer: sgd(0.25),
    ...privately(1.5, 1.3),
    published: 95,
  },
  {
    name: "tensorflow-60-epochs",
    ...tensorflow,
    epochs: 60,
    optimizer: sgd(0.15),
    ...privately(1, 1.1),
    published: 96.6,
  },
  {
    name: "tensorflow-45-epochs",
    ...tensorflow,
    epochs: 45,
    optimizer: sgd(0.25),
    ...privately(1.5, 0.7),
    published: 97,
  },
  {
    name: "scatter-linear",
    ...scattered,
    epochs: 40,
    optimizer: sgd(8, { momentum: 0.9 }),
    privacy: { clip: 0.1, epsilon: 3, delta: 1e-5 },
    published: 98.7,
  },
];

/** Accuracy on the 10,000 held-out digits in percent, after the last step. */
export async function* run(isWanted: (figure: string) => boolean): AsyncGenerator<Figure> {
  for (const { name, digits, network, epochs, batch, optimizer, privacy, published } of settings) {
    if (!isWanted(`mnist/${name}`)) continue;
    const kept = checkpoint(name);
    const options: FitOptions = {
      optimizer,
      epochs,
      batch,
      heldOut: digits("t10k"),
      ...(privacy === undefined ? {} : { privacy }),
      ...kept.options,
      onProgress: ({ step, steps, heldOut: measured, epsilon = 0, leftMs = 0 }) =>
        console.error(
          `${name}: step ${step} of ${steps}, ${(100 * (measured?.accuracy ?? 0)).toFixed(2)} %, epsilon ${epsilon.toFixed(2)}, ${Math.round(leftMs / 1000)} s left`,
        ),
    };
    const from = performance.now();
    const trained = await network().fit(digits("train"), options);
    kept.forget();
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

/** What a training that is killed leaves, in a file that the next run of it finds. */
function checkpoint(name: string) {
  const folder = new URL("./mnist/unfinished/", import.meta.url);
  const file = new URL(`${name}.safetensors`, folder);
  const half = new URL(`${name}.half`, folder);
  mkdirSync(folder, { recursive: true });
  const options: Pick<FitOptions, "saveCheckpoint" | "resumeFrom"> = {
    saveCheckpoint: async (bytes) => {
      writeFileSync(half, bytes);
      renameSync(half, file);
    },
    ...(existsSync(file) ? { resumeFrom: readFileSync(file) } : {}),
  };
  return { options, forget: () => rmSync(file, { force: true }) };
}

/** Of Opacus's examples/mnist.py: 26,010 numbers. */
function convolutions(): Model {
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
