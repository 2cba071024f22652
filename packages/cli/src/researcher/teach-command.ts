import { type Command, Option } from "commander";
import type { Shell } from "../shell/shell.ts";
import { named, positive, whole, wholes } from "./parsed-options.ts";
import { withSignIn } from "./sign-in.ts";

/** Loaded when it is called for: it brings layers, kernels and DuckDB. */
export function teachCommand(unseen: Command, shell: Shell): void {
  withSignIn(unseen.command("teach <dataset>"))
    .description(
      "have teachers learn where the rows are and answer public rows, be charged, and train a student here",
    )
    .requiredOption("--label <column>", "the column of classes that is learnt")
    .requiredOption("--queries <file>", "public rows that teachers answer, with a header, as CSV or Parquet")
    .option("--columns <names>", "what it is learnt from, as age,bp; all others unless given", named)
    .option("--layers <units>", "units of each layer, as 32,10; one layer unless given", wholes)
    .requiredOption(
      "--teachers <number>",
      "on disjoint people; more bear more noise and know less each",
      whole,
    )
    .addOption(
      new Option("--aggregator <kind>", "how votes are noised")
        .choices(["gaussian", "laplace", "confident"])
        .default("gaussian"),
    )
    .requiredOption("--noise <votes>", "on each count of votes", positive)
    .option("--threshold <votes>", "confident: what the most voted has to reach", whole)
    .option("--threshold-noise <votes>", "confident: noise of that test", positive)
    .option("--most-answered <number>", "confident: queries that are answered at most", whole)
    .option("--delta <amount>", "of the promise, as 0.000001; none with Laplace noise")
    .addOption(new Option("--optimizer <kind>").choices(["sgd", "adam"]).default("adam"))
    .option("--learning-rate <number>", "how far each step goes", positive, 0.05)
    .option("--epochs <number>", "how often a teacher sees each of its rows", positive, 20)
    .option("--batch <rows>", "rows in a batch", whole, 16)
    .option("--student-epochs <number>", "how often the student sees each answer", positive, 40)
    .option("--out <file>", "where the student goes, as safetensors")
    .option("--answers <file>", "where the queries and their answers go, as CSV")
    .option("--price", "what it would cost; free")
    .option("--id <ask-id>", "name of the charge: the same teaching under the same name is charged once")
    .action(async (name, options) => (await import("./teach.ts")).teach(shell, name, options));
}
