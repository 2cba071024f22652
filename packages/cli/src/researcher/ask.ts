import type { NestedNumbers } from "@unseen/program";
import { type Answer, hasHalfWidth } from "unseen";
import { answerLabels } from "../expression/answer-labels.ts";
import { plainNumber } from "../output/numbers.ts";
import { paint } from "../output/paint.ts";
import { lossText } from "../output/show-budget.ts";
import { showValues } from "../output/show-values.ts";
import { indented, titled } from "../output/table.ts";
import { type Shell, say, sayJson, widthFor } from "../shell/shell.ts";
import { offerOf, type Question, type QuestionOptions, readQuestion } from "./question.ts";

export type AskOptions = QuestionOptions & { readonly id?: string };

/** Asks, and is charged the whole offer once. The same `--id` again gives the recorded answer, free. */
export async function ask(shell: Shell, text: string, options: AskOptions): Promise<void> {
  const question = await readQuestion(shell, text, options);
  const named = options.id === undefined ? {} : { askId: options.id };
  const answer = await question.tensor.get({ ...offerOf(options), ...named });
  if (options.json !== true) return say(shell, shown(shell, question, answer));
  const { value, plusMinus, choices, spent, remaining, receipt, guarantee } = answer;
  sayJson(shell, {
    dataset: question.dataset.name,
    question: text,
    value,
    plusMinus,
    choices,
    spent,
    remaining,
    receipt,
    guarantee,
  });
}

function shown(shell: Shell, { text, tree, dataset }: Question, answer: Answer): string {
  const { value, plusMinus, choices, spent, remaining, receipt, guarantee } = answer;
  const labels = answerLabels(tree, dataset.schema, lastAxis(value));
  const cap = plainNumber(dataset.budget.yours.cap.epsilon);
  return [
    `${paint(shell.out, "bold", text)}  of ${dataset.name}`,
    "",
    indented(showValues(value, plusMinus, labels)),
    "",
    indented(
      titled(
        [
          ...(hasHalfWidth(plusMinus)
            ? [["±", "each interval holds the answer without noise 95 times out of 100"]]
            : []),
          ...choices.map((promise) => ["chosen", promise]),
          ["spent", `${lossText(spent)}; ${plainNumber(remaining.epsilon)} of ${cap} left for you`],
          ["receipt", `no. ${receipt.serial}; the same question with --id ${receipt.askId} is free`],
          ["guarantee", guarantee],
        ].map(([title, said]) => [paint(shell.out, "dim", title!), said!] as const),
        widthFor(shell) - 2,
      ),
    ),
  ].join("\n");
}

function lastAxis(value: NestedNumbers): number {
  if (typeof value === "number") return 1;
  const [first] = value;
  return first === undefined || typeof first === "number" ? value.length : lastAxis(first);
}
