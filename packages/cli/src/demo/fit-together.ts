// A linear regression over several owners' patients. Each owner releases its noised X'X and X'y; they add
// up at home, and everything after is free: the noise is in already.

import { platformEntropy } from "@unseen/base";
import type { NestedNumbers } from "@unseen/program";
import { type Answer, type PrivateTensor, type RemoteDataset, type Tensor, tensor } from "unseen";

export type Fit = { readonly coefficients: readonly number[]; readonly plusMinus: readonly number[] };

/** The range in which each column is used: chosen by the asker from what clinicians know, never from the data. */
export type Ranges = Readonly<Record<string, readonly [least: number, greatest: number]>>;
type Asked = { readonly features: readonly string[]; readonly target: string; readonly ranges: Ranges };
type AskBoth = (tensors: readonly PrivateTensor[], offer: { readonly epsilon: number }) => Promise<Answer>;

/** Simulated fits for the half-widths. */
const simulations = 400;
/** P(|Laplace noise| > t) is exp(-t / scale): the 95 % half-width is this many scales. */
const scalesToHalfWidth = Math.log(20);

export async function fitTogether(
  datasets: readonly RemoteDataset[],
  asked: Asked,
  epsilon: number,
  ask: AskBoth,
): Promise<Fit> {
  const scales = scalesOf(asked.ranges);
  const released = await Promise.all(
    datasets.map((dataset) => ask(sumsOf(dataset, asked, scales), { epsilon })),
  );
  const [gram, moments] = [0, 1].map((which) =>
    released.map(({ value }) => part(value, which)).reduce((a, b) => a.add(b)),
  );
  const spread = [0, 1].map((which) => released.map(({ plusMinus }) => [...part(plusMinus, which).data]));
  const fitted = coefficients(gram!, moments!, asked, scales);
  const draw = laplaceDraws();
  const misses = fitted.map(() => [] as number[]);
  for (let round = 0; round < simulations; round++) {
    const shaken = coefficients(
      shake(gram!, spread[0]!, draw),
      shake(moments!, spread[1]!, draw),
      asked,
      scales,
    );
    for (const [at, value] of shaken.entries()) misses[at]!.push(Math.abs(value - fitted[at]!));
  }
  const rank = Math.ceil(0.95 * simulations) - 1;
  return { coefficients: fitted, plusMinus: misses.map((all) => all.toSorted((a, b) => a - b)[rank]!) };
}

type Scale = { readonly middle: number; readonly half: number };

function scalesOf(ranges: Ranges): ReadonlyMap<string, Scale> {
  return new Map(
    Object.entries(ranges).map(([name, [least, greatest]]) => [
      name,
      { middle: (least + greatest) / 2, half: (greatest - least) / 2 },
    ]),
  );
}

/** X'X and X'y of columns laid between -1 and 1, with a column of ones for the intercept. */
function sumsOf(
  dataset: RemoteDataset,
  { features, target }: Asked,
  scales: ReadonlyMap<string, Scale>,
): readonly PrivateTensor[] {
  const scaled = (name: string) => {
    const { middle, half } = scales.get(name)!;
    return dataset.column(name).sub(middle).div(half).clip(-1, 1).reshape([0, 1]);
  };
  const [first, ...others] = features.map(scaled);
  const x = first!.concat([...others, dataset.column(features[0]!).rowOnes().reshape([0, 1])], 1);
  return [x.transpose().matmul(x), x.transpose().matmul(scaled(target))];
}

/** Solves the normal equations and puts the coefficients back into the columns' own units; the intercept comes last. */
function coefficients(
  gram: Tensor,
  moments: Tensor,
  { features, target }: Asked,
  scales: ReadonlyMap<string, Scale>,
): readonly number[] {
  const solved = [...gram.solve(moments).data];
  const y = scales.get(target)!;
  const slopes = features.map((name, at) => (solved[at]! * y.half) / scales.get(name)!.half);
  const offset = features.reduce((sum, name, at) => sum + slopes[at]! * scales.get(name)!.middle, 0);
  return [...slopes, y.middle + solved.at(-1)! * y.half - offset];
}

function part(value: NestedNumbers, which: number): Tensor {
  return tensor((value as readonly NestedNumbers[])[which]!);
}

/** Adds each owner's noise once more, symmetric where the matrix is. */
function shake(values: Tensor, owners: readonly (readonly number[])[], draw: () => number): Tensor {
  const size = values.shape[0]!;
  const width = values.shape[1]!;
  const data = [...values.data];
  for (const halfWidths of owners) {
    for (let i = 0; i < size; i++) {
      for (let j = size === width ? i : 0; j < width; j++) {
        const noise = (halfWidths[i * width + j]! / scalesToHalfWidth) * draw();
        data[i * width + j]! += noise;
        if (size === width && i !== j) data[j * width + i]! += noise;
      }
    }
  }
  return tensor(Array.from({ length: size }, (_, i) => data.slice(i * width, (i + 1) * width)));
}

/** Laplace noise of scale 1, for error bars alone. */
function laplaceDraws(): () => number {
  const entropy = platformEntropy(globalThis.crypto);
  return () => {
    const words = new Uint32Array(entropy.fill(new Uint8Array(8)).buffer);
    return Math.log((words[0]! + 0.5) / (words[1]! + 0.5));
  };
}
