import type { NestedNumbers } from "@unseen/program";
import { hasHalfWidth } from "unseen";
import { plainNumber } from "../output/numbers.ts";
import { paint } from "../output/paint.ts";
import { lossText } from "../output/show-budget.ts";
import { indented, table } from "../output/table.ts";
import { type Shell, say, sayJson } from "../shell/shell.ts";
import { offerOf, type QuestionOptions, readQuestion } from "./question.ts";

/** What an answer would cost and how accurate it would be. Free. */
export async function price(shell: Shell, text: string, options: QuestionOptions): Promise<void> {
  const { dataset, tensor } = await readQuestion(shell, text, options);
  const { cost, expectedPlusMinus, releases, remaining, affordable } = await tensor.price(offerOf(options));
  if (options.json === true) {
    sayJson(shell, {
      dataset: dataset.name,
      question: text,
      cost,
      expectedPlusMinus,
      releases,
      remaining,
      affordable,
    });
    return;
  }
  const left = `${lossText(remaining)} left for you`;
  const enough = affordable ? left : paint(shell.out, "red", `${left}: too little`);
  say(
    shell,
    [
      `${paint(shell.out, "bold", text)}  of ${dataset.name}`,
      "",
      indented(
        table([
          ["would cost", `${lossText(cost)}; ${enough}`],
          ...(hasHalfWidth(expectedPlusMinus)
            ? [["would be within", `± ${halfWidths(expectedPlusMinus)}, 95 times out of 100`]]
            : []),
          ...releases.map((release, at) => [at === 0 ? "would release" : "", release]),
        ]),
      ),
      "",
      paint(shell.out, "dim", "  Nothing was spent, and no private row was read."),
    ].join("\n"),
  );
}

/** A single number, or from the least to the greatest of many. */
function halfWidths(nested: NestedNumbers): string {
  if (typeof nested === "number") return plainNumber(Number(nested.toPrecision(3)));
  const flat = (nested as readonly unknown[]).flat(Number.POSITIVE_INFINITY) as readonly number[];
  const all = flat.filter((one) => !Number.isNaN(one));
  const [least, greatest] = [Math.min(...all), Math.max(...all)].map((one) =>
    plainNumber(Number(one.toPrecision(3))),
  );
  return least === greatest ? `${least} each` : `${least} to ${greatest}`;
}
