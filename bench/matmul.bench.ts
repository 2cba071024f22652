// Products of square matrices by each backend, in 10^9 operations a second: a multiplication and an addition are two. The
// baseline is the script backend in the same run.

import { type Expression, programOf } from "@unseen/program";
import { backends } from "./learning/backends.ts";

const sizes = [512, 1_024] as const;

export async function* run() {
  for (const size of sizes) {
    let baseline: number | undefined;
    for (const backend of await backends()) {
      const times: number[] = [];
      const input = (name: string): Expression => ({ node: { kind: "input", name, shape: [size, size] } });
      const product: Expression = {
        node: { kind: "operation", operation: "MatMul", inputs: [input("a"), input("b")], attributes: {} },
      };
      const program = programOf([product]);
      if (!program.ok) throw new Error(program.problem.message);
      const compiled = await backend.compile(program.value);
      if (!compiled.ok) throw new Error(compiled.problem.message);
      const numbers = Float32Array.from(
        { length: size * size },
        (_, at) => ((at * 7_919) % 1_000) / 1_000 - 0.5,
      );
      const inputs = new Map([
        ["a", numbers],
        ["b", numbers],
      ]);
      // A slow one is measured once, after the first run warmed it up.
      for (let time = 0; time <= (backend.name === "script" ? 1 : 15); time++) {
        const begun = performance.now();
        await compiled.value.run(inputs);
        if (time > 0) times.push(performance.now() - begun);
      }
      compiled.value.close();
      const value = (2 * size ** 3) / median(times) / 1e6;
      baseline ??= value;
      yield {
        name: `matmul/${size}/${backend.name}`,
        value,
        unit: "GFLOP/s",
        baseline,
        ratio: value / baseline,
      };
    }
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;
}
