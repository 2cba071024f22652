import { type Command, Option } from "commander";

export function homeOption(): Option {
  return new Option("--home <dir>", "the owner's home directory").env("UNSEEN_HOME").default("./unseen-home");
}

export function withHome(command: Command): Command {
  return command
    .addOption(homeOption())
    .option("--json", "one JSON object on standard output, and nothing else");
}
