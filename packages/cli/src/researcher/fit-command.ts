import { type Command, Option } from "commander";
import type { Shell } from "../shell/shell.ts";
import { named, positive, wholes } from "./parsed-options.ts";
import { withSignIn } from "./sign-in.ts";

/** Loaded when it is called for: it brings layers and kernels. */
export function fitCommand(unseen: Command, shell: Shell): void {
  withSignIn(unseen.command("fit <dataset>"))
    .description("train a model where the rows are, be charged, and get its weights and nothing else")
    .requiredOption("--label <column>", "the column that is learnt")
    .option("--columns <names>", "what it is learnt from, as age,bp; all others unless given", named)
    .option("--layers <units>", "units of each layer, as 32,10; one layer unless given", wholes)
    .addOption(new Option("--loss <loss>").choices(["cross-entropy", "logistic", "squared-error"]))
    .addOption(new Option("--optimizer <kind>").choices(["sgd", "adam"]).default("sgd"))
    .option("--learning-rate <number>", "how far each step goes", positive, 0.5)
    .option("--epochs <number>", "how often each person is seen, where their number is public", positive)
    .option("--batch <people>", "people in a batch", positive)
    .option("--rate <share>", "else: the chance with which each person is in a batch", positive)
    .option("--steps <number>", "and how many batches there are", positive)
    .option("--expects <people>", "people whom you expect in one", positive)
    .option("--clip <norm>", "to what each person's gradient is scaled down", positive, 1)
    .option("--epsilon <amount>", "what you offer: the noise is chosen to keep within")
    .option("--noise <multiplier>", "or the noise itself, over the clip", positive)
    .requiredOption("--delta <amount>", "of the promise, as 0.000001")
    .option("--out <file>", "where the weights go, as safetensors")
    .option("--price", "what it would cost; free")
    .option("--id <ask-id>", "name of the charge: the same training under the same name is charged once")
    .action(async (name, options) => (await import("./fit.ts")).fit(shell, name, options));
}
