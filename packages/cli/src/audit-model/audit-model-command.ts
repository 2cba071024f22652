import { type Command, InvalidArgumentError } from "commander";
import type { Shell } from "../shell/shell.ts";

/** Under `unseen audit`: loaded when called for, because it trains. */
export function auditModelCommand(audit: Command, shell: Shell): void {
  audit
    .command("model <file>")
    .description(
      "train on halves of a file and find out who was in: membership attacks, and an epsilon that they show",
    )
    .requiredOption(
      "--label <column>",
      "the column of classes; the other columns of numbers are what is learnt from",
    )
    .option("--hidden <units>", "units of the layers between, as 64,32", wholes, [64])
    .option("--epochs <number>", "how often each row is seen", positive, 30)
    .option("--batch <number>", "rows in a batch", positive, 64)
    .option("--rate <number>", "the learning rate", positive, 0.1)
    .option("--epsilon <number>", "train privately, with noise for this epsilon", positive)
    .option("--noise <multiplier>", "train privately, with this noise over the clip", positive)
    .option("--clip <norm>", "to what each row's gradient is scaled down", positive, 1)
    .option("--delta <number>", "of the promise", positive, 1e-5)
    .option(
      "--shadows <number>",
      "models that know how rows are spoken of; 0 leaves that attack out",
      whole,
      8,
    )
    .option("--svg <file>", "draw the curves")
    .option("--json", "one JSON object")
    .action(async (file, _own, command: Command) => {
      const { auditModel } = await import("./audit-model.ts");
      // `unseen audit` has --json too and takes it from here.
      await auditModel(shell, file, command.optsWithGlobals());
    });
}

function positive(text: string): number {
  const number = Number(text);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new InvalidArgumentError("It is a number above 0.");
}

function whole(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && number <= 256) return number;
  throw new InvalidArgumentError("It is a whole number from 0 to 256.");
}

function wholes(text: string): readonly number[] {
  const units = text.split(",").map(Number);
  if (units.every((one) => Number.isInteger(one) && one >= 1 && one <= 4_096)) return units;
  throw new InvalidArgumentError("They are whole numbers from 1, with commas between.");
}
