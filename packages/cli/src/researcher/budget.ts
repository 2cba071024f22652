import { paint } from "../output/paint.ts";
import { budgetLine } from "../output/show-budget.ts";
import { indented, table } from "../output/table.ts";
import { type Shell, say, sayJson } from "../shell/shell.ts";
import { type SignInOptions, signIn } from "./sign-in.ts";

/** What is left of a dataset's lifetime budget, for all and for who asks. Free. */
export async function showBudgetAt(shell: Shell, name: string, options: SignInOptions): Promise<void> {
  const dataset = await (await signIn(shell, options)).dataset(name);
  const budget = await dataset.currentBudget();
  if (options.json === true) return sayJson(shell, { dataset: name, node: dataset.node, ...budget });
  const { yours } = budget;
  const rows = [
    ["all askers", budgetLine(shell.out, budget.spent, budget.cap, budget.remaining)],
    ["you", budgetLine(shell.out, yours.spent, yours.cap, yours.remaining)],
  ];
  const renewed = budget.renewals === 0 ? "" : `\n${indented(renewedText(budget.renewals))}`;
  say(shell, `${paint(shell.out, "bold", name)}  at ${dataset.node}\n${indented(table(rows))}${renewed}`);
}

function renewedText(renewals: number): string {
  const times = renewals === 1 ? "once" : `${renewals} times`;
  return `The owner renewed this budget ${times}; what is spent here is the true total since the first question.`;
}
