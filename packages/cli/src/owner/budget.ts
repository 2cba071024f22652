// The owner's view of the lifetime budgets, and the one change that they make by hand.

import { type Account, type BudgetLine, type Owner, ownerAtTheMachine } from "@unseen/owner";
import { paint } from "../output/paint.ts";
import { budgetLine } from "../output/show-budget.ts";
import { indented, table } from "../output/table.ts";
import { failedBy, orFail } from "../shell/failure.ts";
import { type Shell, say, sayJson } from "../shell/shell.ts";
import { parseAmount, plainAmount } from "./amounts.ts";
import { type HomeOptions, inExistingHome } from "./home.ts";

type Shown = {
  readonly dataset: string;
  readonly line: BudgetLine;
  readonly askers: readonly { readonly name: string; readonly line: BudgetLine }[];
};

/** Each dataset's lifetime line over all askers, and each asker's share of it. */
export async function showBudgets(
  shell: Shell,
  dataset: string | undefined,
  options: HomeOptions,
): Promise<void> {
  await inExistingHome(options, async (owner) => {
    const names = dataset === undefined ? owner.catalogue.allDatasets().map(({ name }) => name) : [dataset];
    const accounts = orFail(owner.accounts.all(ownerAtTheMachine()));
    const shown = await Promise.all(names.map((name) => lineOf(owner, name, accounts)));
    if (options.json === true) return sayJson(shell, { budgets: shown.map(asJson) });
    if (shown.length === 0) return say(shell, "There is no dataset yet.");
    say(shell, shown.map((one) => asText(shell, one)).join("\n\n"));
  });
}

async function lineOf(owner: Owner, dataset: string, accounts: readonly Account[]): Promise<Shown> {
  const line = await owner.ledger.budget(dataset);
  // A removed dataset keeps its line; a name that never was has an empty one.
  if (line.cap.epsilon === 0n && line.charges === 0) orFail(owner.catalogue.findDataset(dataset));
  const askers: { name: string; line: BudgetLine }[] = [];
  for (const { id, name } of accounts) {
    const { asker } = await owner.ledger.budget(dataset, id);
    if (asker !== undefined) askers.push({ name, line: asker });
  }
  return {
    dataset,
    line,
    askers: askers.toSorted((a, b) => Number(b.line.spent.epsilon - a.line.spent.epsilon)),
  };
}

function asText(shell: Shell, { dataset, line, askers }: Shown): string {
  const meter = (one: BudgetLine) =>
    budgetLine(shell.out, plainAmount(one.spent), plainAmount(one.cap), plainAmount(one.remaining));
  const rows = [
    ["all askers", meter(line), charges(line)],
    ...askers.map(({ name, line: own }) => [name, meter(own), charges(own)]),
  ];
  return `${paint(shell.out, "bold", dataset)}\n${indented(table(rows))}`;
}

function charges({ charges: count }: BudgetLine): string {
  return count === 1 ? "1 question" : `${count} questions`;
}

function asJson({ dataset, line, askers }: Shown): object {
  return {
    dataset,
    ...lineJson(line),
    askers: askers.map(({ name, line: own }) => ({ name, ...lineJson(own) })),
  };
}

function lineJson({ cap, spent, remaining, charges: count }: BudgetLine): object {
  return {
    cap: plainAmount(cap),
    spent: plainAmount(spent),
    remaining: plainAmount(remaining),
    charges: count,
  };
}

export type AllotCommand = HomeOptions & { readonly epsilon: string; readonly delta?: string };

/** Gives one person a cap of their own on a dataset. What they spent stays spent. */
export async function allot(
  shell: Shell,
  user: string,
  dataset: string,
  options: AllotCommand,
): Promise<void> {
  await inExistingHome(options, async (owner) => {
    orFail(owner.catalogue.findDataset(dataset));
    const { id, name } = accountOf(owner, user);
    const { cap } = await owner.ledger.budget(dataset);
    const allotted = parseAmount(options.epsilon, options.delta ?? cap.delta);
    await owner.policy.setAllotment(dataset, id, allotted);
    const said = { dataset, user: name, ...plainAmount(allotted) };
    if (options.json === true) return sayJson(shell, { allotted: said });
    const within = allotted.epsilon > cap.epsilon ? ", and the dataset's own cap still holds" : "";
    say(shell, `${name} may spend epsilon ${said.epsilon} of ${dataset} in all${within}.`);
  });
}

/** Names are compared without regard to case, as at the door. */
export function accountOf(owner: Owner, user: string): Account {
  const accounts = orFail(owner.accounts.all(ownerAtTheMachine()));
  const account = accounts.find(({ name }) => name.toLowerCase() === user.toLowerCase());
  if (account !== undefined) return account;
  throw failedBy({
    code: "account-invalid",
    message: "there is no account of this name",
    hint: "`unseen user list` shows them; `unseen user add NAME` makes one",
  });
}
