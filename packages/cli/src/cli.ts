// Every command with its options: one thing because `unseen --help` is written from the whole list.
//
// What only owners need is loaded when it is called for: it brings DuckDB, SQLite and argon2, and a
// researcher's command starts in 0.8 s instead of 1.4 without them (2.8 GHz, 2026-11).

import { readFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { accountCommands } from "./account/account-commands.ts";
import { auditModelCommand } from "./audit-model/audit-model-command.ts";
import { homeOption, withHome } from "./owner/home-option.ts";
import { peerCommands } from "./owner/peer-commands.ts";
import { permitCommands } from "./owner/permit-commands.ts";
import { tagsOf } from "./owner/read-card.ts";
import { ask } from "./researcher/ask.ts";
import { showBudgetAt } from "./researcher/budget.ts";
import { describe } from "./researcher/describe.ts";
import { fitCommand } from "./researcher/fit-command.ts";
import { keys } from "./researcher/keys.ts";
import { price } from "./researcher/price.ts";
import { sample } from "./researcher/sample.ts";
import { search } from "./researcher/search.ts";
import { withSignIn } from "./researcher/sign-in.ts";
import { sql } from "./researcher/sql.ts";
import { teachCommand } from "./researcher/teach-command.ts";
import { exitCodes } from "./shell/exit-codes.ts";
import { usageFailure } from "./shell/failure.ts";
import { expressionHelp, ledgerAddressHelp, mainHelp, tableAddressHelp } from "./shell/help-text.ts";
import { reportFailure } from "./shell/report-failure.ts";
import type { Shell } from "./shell/shell.ts";

/** Runs one command line and gives its exit code. Never throws. */
export async function runCli(shell: Shell, args: readonly string[]): Promise<number> {
  const outcome = { code: exitCodes.ok as number };
  const isJson = args.includes("--json");
  try {
    await commands(shell, outcome).parseAsync([...args], { from: "user" });
    return outcome.code;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(shell, error, isJson);
    if (error.exitCode === 0) return exitCodes.ok;
    const message = error.message.replace(/^error: /, "").replace(/\n/g, " ");
    const told = message === "(outputHelp)" ? "no command was given" : message;
    return reportFailure(shell, usageFailure(told, "unseen --help lists the commands"), isJson);
  }
}

function commands(shell: Shell, outcome: { code: number }): Command {
  const unseen = new Command("unseen")
    .description("Questions about data that the asker cannot see.")
    .version(version(), "-V, --version", "print the version")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.out.write(text),
      writeErr: (text) => shell.err.write(text),
      // Said by `runCli`, in one form for all that goes wrong.
      outputError: () => {},
    })
    .showSuggestionAfterError()
    .addHelpText("after", mainHelp);
  unseen.commandsGroup("For data owners, on a home directory:");
  ownerCommands(unseen, shell, outcome);
  unseen.commandsGroup("For researchers, at a node:");
  researcherCommands(unseen, shell);
  unseen.commandsGroup("For both:");
  budgetCommands(unseen, shell);
  accountCommands(unseen, shell);
  ledgerCommands(unseen, shell, outcome);
  unseen
    .command("doctor")
    .description("what of this machine would be used, and why: backends, engines, stores")
    .option("--json", "one JSON object")
    .action(async (options) => {
      const { doctor } = await import("./doctor/doctor.ts");
      await doctor(shell, options);
    });
  unseen
    .command("demo")
    .description("three owners, real medical data and a researcher, told in the terminal")
    .action(async () => {
      const { runDemo } = await import("./demo/run-demo.ts");
      outcome.code = await runDemo();
    });
  return unseen;
}

function ownerCommands(unseen: Command, shell: Shell, outcome: { code: number }): void {
  withHome(unseen.command("serve"))
    .description("start the owner node; the first start prints a one-time owner token")
    .option("--host <address>", "where to listen; beyond this machine only with TLS", "127.0.0.1")
    .option("--port <number>", "0 takes any free port", wholeUpTo(65_535), 7700)
    .option("--name <name>", "what the node calls itself to askers")
    .option("--tls-cert <file>", "PEM certificate")
    .option("--tls-key <file>", "PEM key")
    .option(
      "--allow-origin <url>",
      "a web page that may ask from a browser; may be given several times",
      collected,
    )
    .option(
      "--answer-slot-ms <ms>",
      "answers leave at the ends of slots this wide; 0: at once",
      wholeUpTo(60_000),
    )
    .option(
      "--peers-port <number>",
      "compute with other nodes, and take them in at this port; 0: any free port",
      wholeUpTo(65_535),
    )
    .option("--honest-owners <number>", "most honest owners a joint question may need; 1", wholeUpTo(5))
    .option("--training-minutes <minutes>", "most that a training may take; 0: none; 60", wholeUpTo(100_000))
    .option("--session-hours <hours>", "how long a sign-in lasts", wholeUpTo(8_760))
    .addOption(
      new Option("--ledger <address>", "keep the ledger in PostgreSQL; as `ledger use`").env("UNSEEN_LEDGER"),
    )
    .action(async (options) => (await import("./owner/serve.ts")).serve(shell, options));

  unseen
    .command("claim")
    .description("make the owner's account with the one-time token")
    .addOption(new Option("--at <url>", "address of the node, or as UNSEEN_AT").argParser(collected))
    .requiredOption("--token <token>", "as the node printed it")
    .requiredOption("--name <name>", "your name at the node")
    .option(
      "--password-stdin",
      "read the password from standard input, instead of UNSEEN_PASSWORD or a prompt",
    )
    .option("--json", "one JSON object on standard output, and nothing else")
    .action(async (options) => (await import("./owner/claim.ts")).claim(shell, options));

  const dataset = unseen.command("dataset").description("add, list and remove datasets");
  withHome(dataset.command("add <file>"))
    .description(
      "read a CSV, Parquet or JSON file, or a PostgreSQL table, once and register it under its card",
    )
    .addHelpText("after", tableAddressHelp)
    .requiredOption("--card <file>", "the card: what you declare about the data, as JSON")
    .option("--name <name>", "instead of the card's")
    .option("--tags <tags>", 'instead of the card\'s, as "#diabetes,#data"', tagsOf)
    .option("--description <text>", "instead of the card's")
    .action(async (file, options) => (await import("./owner/datasets.ts")).addDataset(shell, file, options));
  dataset
    .command("suggest <file>")
    .description("draft a card from the columns of a file; the bounds are left for you to declare")
    .option("--out <file>", "write it there instead of to the terminal")
    .option("--json", "one JSON object on standard output, and nothing else")
    .action(async (file, options) =>
      (await import("./owner/suggest.ts")).suggestDataset(shell, file, options),
    );
  withHome(dataset.command("list"))
    .description("what can be asked about")
    .action(async (options) => (await import("./owner/datasets.ts")).listDatasets(shell, options));
  withHome(dataset.command("report <name>"))
    .description("how its file was read: rows kept, values replaced; for you alone")
    .action(async (name, options) =>
      (await import("./owner/datasets.ts")).reportDataset(shell, name, options),
    );
  withHome(dataset.command("remove <name>"))
    .description("take it off the node; what was spent stays spent")
    .action(async (name, options) =>
      (await import("./owner/datasets.ts")).removeDataset(shell, name, options),
    );

  const audit = withHome(unseen.command("audit [dataset...]"))
    .description("attack your own policy, on people who do not exist, and see how far an attacker would get")
    .option("--quick", "a look in seconds, instead of minutes")
    .option("--report <file>", "write a page (.html) or a picture (.svg) that stands alone")
    .addOption(new Option("--seed <number>").argParser(wholeUpTo(2 ** 31)).hideHelp())
    .action(async (names, options) => {
      outcome.code = await (await import("./owner/audit.ts")).audit(shell, names, options);
    });
  auditModelCommand(audit, shell);

  const user = unseen.command("user").description("add and list the people who may come in");
  withHome(user.command("add <name>"))
    .description("make an account")
    .addOption(new Option("--role <role>").choices(["researcher", "owner"]).default("researcher"))
    .option("--generate", "make a password and print it once")
    .option(
      "--password-stdin",
      "read the password from standard input, instead of UNSEEN_PASSWORD or a prompt",
    )
    .action(async (name, options) => (await import("./owner/users.ts")).addUser(shell, name, options));
  withHome(user.command("list"))
    .description("everyone with an account")
    .action(async (options) => (await import("./owner/users.ts")).listUsers(shell, options));

  peerCommands(unseen, shell);
  permitCommands(unseen, shell);
}

function researcherCommands(unseen: Command, shell: Shell): void {
  withSignIn(unseen.command("search [terms...]"))
    .description("find datasets by tags, names and words; without a word, all of them")
    .action((terms, options) => search(shell, terms, options));
  withSignIn(unseen.command("describe <dataset>"))
    .description("columns, units, declared bounds, who is protected, budget")
    .action((name, options) => describe(shell, name, options));
  withSignIn(unseen.command("sample <dataset>"))
    .description("example rows: mock or synthetic, never real")
    .option("--rows <count>", "at most so many", wholeUpTo(10_000))
    .action((name, options) => sample(shell, name, options));
  withOffer(withSignIn(unseen.command("price <expression>")))
    .description("what an answer would cost and how accurate it would be; free")
    .addHelpText("after", expressionHelp)
    .action((text, options) => price(shell, text, options));
  withOffer(withSignIn(unseen.command("ask <expression>")))
    .description("ask, and be charged")
    .option("--id <ask-id>", "name of the charge: the same question under the same name is charged once")
    .addHelpText("after", expressionHelp)
    .action((text, options) => ask(shell, text, options));
  withSignIn(unseen.command("sql <select>"))
    .description("ask in SQL, and be charged")
    .requiredOption("--epsilon <amount>", "what you offer: smaller protects better and answers worse, as 0.5")
    .option("--delta <amount>", "for an approximate guarantee with Gaussian noise, as 0.000001")
    .option("--node <name>", "which node, where several have a dataset of the same name")
    .option("--id <ask-id>", "name of the charge: the same SQL under the same name is charged once")
    .action((text, options) => sql(shell, text, options));
  withSignIn(unseen.command("keys <dataset> <column>"))
    .description("ask which texts of a column may be shown, and be charged")
    .requiredOption("--epsilon <amount>", "what you offer: smaller protects better and shows fewer keys")
    .requiredOption("--delta <amount>", "the chance that a text of one person alone is shown, as 0.000001")
    .option("--most <keys>", "keys that one person counts for at most; 1 unless given", Number)
    .option("--id <ask-id>", "name of the charge: the same question under the same name is charged once")
    .action((name, column, options) => keys(shell, name, column, options));
  fitCommand(unseen, shell);
  teachCommand(unseen, shell);
}

function budgetCommands(unseen: Command, shell: Shell): void {
  const budget = unseen.command("budget").description("what was spent of the lifetime budgets");
  withSignIn(budget.command("show [dataset]"))
    .addOption(homeOption())
    .description("in the home as its owner, or with --at at a node as a researcher")
    .action(async (dataset, options) => {
      if (options.at === undefined)
        return (await import("./owner/budget.ts")).showBudgets(shell, dataset, options);
      if (dataset === undefined)
        throw usageFailure("at a node, name the dataset", "unseen budget show DATASET --at URL");
      return showBudgetAt(shell, dataset, options);
    });
  withHome(budget.command("renew <dataset>"))
    .description("let everyone together lose more than the lifetime cap; counted, and shown to askers")
    .requiredOption("--epsilon <amount>", "added to the cap; what was spent stays spent")
    .option("--delta <amount>", "added to the cap's delta", "0")
    .requiredOption("--reason <text>", "why, in a few words; kept for ever")
    .action(async (dataset, options) => (await import("./owner/budget.ts")).renew(shell, dataset, options));
  withHome(budget.command("allot <user> <dataset>"))
    .description("give one person a cap of their own")
    .requiredOption("--epsilon <amount>", "over the person's lifetime on this dataset")
    .option("--delta <amount>", "the dataset's unless given")
    .action(async (user, dataset, options) =>
      (await import("./owner/budget.ts")).allot(shell, user, dataset, options),
    );
}

function ledgerCommands(unseen: Command, shell: Shell, outcome: { code: number }): void {
  const ledger = unseen.command("ledger").description("the chain of all charges, answers and decisions");
  withHome(ledger.command("verify [file]"))
    .description("check a home's ledger, or a file that `ledger export` wrote; needs no node and no key")
    .option("--head <hash>", "a hash kept from before, as of a receipt: it must still be there")
    .action(async (file, options) => {
      outcome.code = await (await import("./owner/ledger.ts")).verify(shell, file, options);
    });
  withHome(ledger.command("use <address>"))
    .description("keep a home's ledger in PostgreSQL from now on: postgres://USER@HOST/DATABASE")
    .addHelpText("after", ledgerAddressHelp)
    .action(async (address, options) =>
      (await import("./owner/ledger.ts")).useLedger(shell, address, options),
    );
  ledger
    .command("export")
    .description("the home's ledger as JSON lines, to keep elsewhere; answers stand in it as hashes")
    .addOption(homeOption())
    .option("--out <file>", "write it there instead of to standard output")
    .action(async (options) => (await import("./owner/ledger.ts")).exportTo(shell, options));
}

function withOffer(command: Command): Command {
  return command
    .requiredOption("--dataset <name>", "which dataset is asked")
    .requiredOption("--epsilon <amount>", "what you offer: smaller protects better and answers worse, as 0.5")
    .option("--delta <amount>", "for an approximate guarantee with Gaussian noise, as 0.000001");
}

/** The manifest stands beside both `src` and `dist`. */
function version(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return (manifest as { readonly version: string }).version;
}

function collected(one: string, all: readonly string[] | undefined): readonly string[] {
  return [...(all ?? []), one];
}

function wholeUpTo(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value <= most) return value;
    throw new InvalidArgumentError(`It is a whole number from 0 to ${most}.`);
  };
}
