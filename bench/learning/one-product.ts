// `one-product.ts SIZE BACKEND` multiplies square matrices in a process of its own and prints { value, bytes }: 10^9 operations a
// second, and how far the process grew beyond what it was before, with the backend's code but without matrices.

import { resourceUsage } from "node:process";
import type { Backend } from "@unseen/compute";
import { type Expression, programOf } from "@unseen/program";
import { backends } from "./backends.ts";

async function multiplied(size: number, backend: Backend) {
  const input = (name: string): Expression => ({ node: { kind: "input", name, shape: [size, size] } });
  const product: Expression = {
    node: { kind: "operation", operation: "MatMul", inputs: [input("a"), input("b")], attributes: {} },
  };
  const program = programOf([product]);
  if (!program.ok) throw new Error(program.problem.message);
  // In kibibytes, as the operating system counts the most that was resident.
  const before = resourceUsage().maxRSS;
  const compiled = await backend.compile(program.value);
  if (!compiled.ok) throw new Error(compiled.problem.message);
  const numbers = Float32Array.from({ length: size * size }, (_, at) => ((at * 7_919) % 1_000) / 1_000 - 0.5);
  const inputs = new Map([
    ["a", numbers],
    ["b", numbers],
  ]);
  const times: number[] = [];
  // A slow one is measured once, after the first run warmed it up.
  for (let time = 0; time <= (backend.name === "script" ? 1 : 15); time++) {
    const begun = performance.now();
    await compiled.value.run(inputs);
    if (time > 0) times.push(performance.now() - begun);
  }
  compiled.value.close();
  const value = (2 * size ** 3) / median(times) / 1e6;
  return { value, bytes: 1_024 * (resourceUsage().maxRSS - before) };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;
}

const [size, name] = process.argv.slice(2);
const backend = (await backends()).find((one) => one.name === name);
if (!(Number(size) > 0) || backend === undefined) throw new Error("there is no such product");
console.log(JSON.stringify(await multiplied(Number(size), backend)));
