// What is typed for columns that become shares.

import { type Command, Option } from "commander";
import type { Shell } from "../shell/shell.ts";
import { withHome } from "./home-option.ts";

export function permitCommands(unseen: Command, shell: Shell): void {
  const permits = unseen
    .command("permits")
    .description("let columns become shares, and results of reviewed programs be opened");
  withHome(permits.command("issue <dataset>"))
    .description("let an account have columns become shares; nothing is opened by it")
    .requiredOption("--to <user>", "the account")
    .requiredOption("--columns <names>", "columns of numbers, with commas between")
    .requiredOption("--among <peers>", "who computes beside this node, with commas between; see peers list")
    .requiredOption("--until <day>", "when it ends, as 2027-01-31")
    .option("--provider <peer>", "who makes the randomness of products and holds no share")
    .addOption(
      new Option(
        "--protocol <name>",
        "without a provider: verified unless said, so that a party that cheats is found out",
      ).choices(["replicated", "verified"]),
    )
    .action(async (dataset, options) => (await import("./permits.ts")).issuePermit(shell, dataset, options));
  withHome(permits.command("review <permit> <file>"))
    .description("read a program that an asker sent, and let its result be opened or not")
    .option("--without-guarantee", "let the result be opened, without noise and without any guarantee")
    .action(async (permit, file, options) =>
      (await import("./permits.ts")).reviewProgram(shell, permit, file, options),
    );
  withHome(permits.command("list"))
    .description("all permits, those that ended too")
    .action(async (options) => (await import("./permits.ts")).listPermits(shell, options));
  withHome(permits.command("revoke <permit>"))
    .description("end a permit now")
    .action(async (permit, options) => (await import("./permits.ts")).revokePermit(shell, permit, options));
}
