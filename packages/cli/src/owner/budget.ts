// The owner's view of the lifetime budgets, and the one change that they make by hand.

import {
  type Account,
  type Budget,
  type BudgetLine,
  isReason,
  type Owner,
  ownerAtTheMachine,
} from "@unseen/owner";
import { paint } from "../output/paint.ts";
import { budgetLine, lossText } from "../output/show-budget.ts";
import { indented, table } from "../output/table.ts";
import { failedBy, orFail, usageFailure } from "../shell/failure.ts";
import { type Shell, say, sayJson } from "../shell/shell.ts";
import { parseAmount, plainAmount } from "./amounts.ts";
import { type HomeOptions, inExistingHome } from "./home.ts";

type Shown = {
  readonly dataset: string;
  readonly line: Budget;
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
    budgetLine(shell.out, plainAmount(one.loss), plainAmount(one.cap), plainAmount(one.remaining));
  const rows = [
    ["all askers", meter(line), charges(line)],
    ...askers.map(({ name, line: own }) => [name, meter(own), charges(own)]),
  ];
  const remarks = [sumOfPrices(line), renewalsInWords(line)].filter((remark) => remark !== "");
  return [paint(shell.out, "bold", dataset), indented([table(rows), ...remarks].join("\n"))].join("\n");
}

/** Said where it is more than the loss, because the filter composes better than by adding. */
function sumOfPrices({ spent, loss }: BudgetLine): string {
  if (spent.epsilon === loss.epsilon) return "";
  return `The prices add up to ${lossText(plainAmount(spent))}; together they lose ${lossText(plainAmount(loss))}.`;
}

/** An operator who renews every day shows a small number and spends a large one: here stands the large one. */
function renewalsInWords({ renewals, loss }: Budget): string {
  if (renewals === 0) return "";
  const times = renewals === 1 ? "once" : `${renewals} times`;
  return `This dataset's budget was renewed ${times}; the true total loss is ${lossText(plainAmount(loss))}.`;
}

function charges({ charges: count }: BudgetLine): string {
  return count === 1 ? "1 question" : `${count} questions`;
}

function asJson({ dataset, line, askers }: Shown): object {
  return {
    dataset,
    renewals: line.renewals,
    ...lineJson(line),
    askers: askers.map(({ name, line: own }) => ({ name, ...lineJson(own) })),
  };
}

function lineJson({ cap, spent, loss, remaining, charges: count }: BudgetLine): object {
  return {
    cap: plainAmount(cap),
    spent: plainAmount(spent),
    loss: plainAmount(loss),
    remaining: plainAmount(remaining),
    charges: count,
  };
}

export type RenewCommand = HomeOptions & {
  readonly epsilon: string;
  readonly delta: string;
  readonly reason: string;
};

/** Raises a lifetime cap, as a decision that everybody sees. Nothing that was spent is forgotten. */
export async function renew(shell: Shell, dataset: string, options: RenewCommand): Promise<void> {
  const more = parseAmount(options.epsilon, options.delta);
  if (more.epsilon === 0n && more.delta === 0n)
    throw usageFailure("a renewal adds to the cap", "--epsilon 1");
  if (!isReason(options.reason)) throw usageFailure("--reason is a text of 1 to 500 characters");
  await inExistingHome(options, async (owner) => {
    orFail(await owner.policy.renew(dataset, more, options.reason));
    const line = await owner.ledger.budget(dataset);
    if (options.json === true)
      return sayJson(shell, { renewed: { dataset, renewals: line.renewals, ...lineJson(line) } });
    say(shell, `The lifetime cap of ${dataset} is now ${lossText(plainAmount(line.cap))}.`);
    say(shell, renewalsInWords(line));
  });
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
