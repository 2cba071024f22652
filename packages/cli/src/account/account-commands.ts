// The forms of `unseen account` and what each option may be.

import { type Command, InvalidArgumentError, Option } from "commander";
import type { Shell } from "../shell/shell.ts";
import type { Sampling } from "./described-run.ts";

/** Loaded when called for: the accountants are numbers and more numbers, and no other command needs them. */
const load = async () => ({
  ...(await import("./account.ts")),
  ...(await import("./described-run.ts")),
  ...(await import("./described-votes.ts")),
});

export function accountCommands(unseen: Command, shell: Shell): void {
  const account = unseen
    .command("account")
    .description("what a run costs in epsilon, by every accountant that knows it; reads no data");
  withOutput(withRun(account.command("dp-sgd")))
    .description("training by noisy gradients")
    .requiredOption("--noise <multiplier>", "noise over the clipping norm, on the sum of a batch", positive)
    .addOption(deltaOption().makeOptionMandatory())
    .action(async ({ noise, delta, ...options }) => {
      const { account: show, dpSgd } = await load();
      return show(shell, dpSgd(options, noise, delta), options);
    });
  withOutput(account.command("gaussian"))
    .description("releases with Gaussian noise")
    .requiredOption(
      "--noise <multipliers>",
      "standard deviation over the L2 sensitivity; a list as 4,4,8 for releases with different noise",
      positives,
    )
    .option("--count <number>", "how often, all of the list", whole, 1)
    .addOption(deltaOption().makeOptionMandatory())
    .action(async ({ noise, count, delta, ...options }) => {
      const { account: show, gaussianReleases, listOfGaussians } = await load();
      const [first = 1, ...more] = noise;
      const run =
        more.length === 0 ? gaussianReleases(first, count, delta) : listOfGaussians(noise, count, delta);
      return show(shell, run, options);
    });
  withOutput(account.command("laplace"))
    .description("releases with Laplace noise")
    .requiredOption("--noise <multiplier>", "scale over the L1 sensitivity: 1 / epsilon of one", positive)
    .option("--count <number>", "how many", whole, 1)
    .addOption(deltaOption().default(0))
    .action(async ({ noise, count, delta, ...options }) => {
      const { account: show, laplaceReleases } = await load();
      return show(shell, laplaceReleases(noise, count, delta), options);
    });
  withOutput(account.command("pate"))
    .description("teachers that vote with noise, whatever they voted")
    .requiredOption("--teachers <number>", "each trained on people of its own", whole)
    .requiredOption("--queries <number>", "what the teachers are asked", whole)
    .option("--answered <number>", "with a threshold: answers after which the run stops", whole)
    .addOption(
      new Option("--aggregator <noise>", "the kind of noise on each count of votes")
        .choices(["gaussian", "laplace"])
        .default("gaussian"),
    )
    .requiredOption(
      "--noise <votes>",
      "standard deviation of Gaussian noise, scale of Laplace noise",
      positive,
    )
    .option("--threshold <votes>", "tested before each vote (Confident-GNMax)", whole)
    .option("--threshold-noise <votes>", "standard deviation of the noise of that test", positive)
    .addOption(deltaOption().makeOptionMandatory())
    .action(async ({ delta, svg, json, ...options }) => {
      const { account: show, noisedVotes } = await load();
      return show(shell, noisedVotes(options, delta), { svg, json });
    });
  withOutput(account.command("events <file>"))
    .description("any events, as JSON: a list, or one a line, as a ledger keeps them")
    .addOption(deltaOption().makeOptionMandatory())
    .option("--relation <relation>", "add-or-remove-one, replace-one or replace-special")
    .action(async (file, { delta, relation, ...options }) => {
      const { account: show, eventsFromFile } = await load();
      return show(shell, await eventsFromFile(file, delta, relation), options);
    });
  account
    .command("calibrate")
    .description("how much noise keeps a run within an epsilon")
    .requiredOption("--epsilon <amount>", "what the whole run may cost", positive)
    .addOption(deltaOption().makeOptionMandatory())
    .option("--examples <number>", "for DP-SGD: people in the data", whole)
    .option("--batch <number>", "for DP-SGD", whole)
    .option("--epochs <number>", "for DP-SGD", positive)
    .option("--count <number>", "else: Gaussian releases", whole, 1)
    .addOption(samplingOption())
    .option("--json", "one JSON object on standard output, and nothing else")
    .action(async (options) => (await load()).calibrate(shell, options));
}

function withRun(command: Command): Command {
  return command
    .requiredOption("--examples <number>", "people in the data", whole)
    .requiredOption("--batch <number>", "examples in a batch; expected, where they join by lot", whole)
    .requiredOption("--epochs <number>", "times through the data", positive)
    .addOption(samplingOption());
}

function withOutput(command: Command): Command {
  return command
    .option("--svg <file>", "draw how epsilon grows, as a picture that stands alone")
    .option("--json", "one JSON object on standard output, and nothing else");
}

function samplingOption(): Option {
  const ways: readonly Sampling[] = ["poisson", "fixed", "shuffled"];
  return new Option("--sampling <way>", "how a batch is drawn").choices(ways).default("poisson");
}

function deltaOption(): Option {
  return new Option("--delta <probability>", "far below one over the number of people, as 1e-5").argParser(
    (text) => {
      const value = Number(text);
      if (text.trim() !== "" && value >= 0 && value < 1) return value;
      throw new InvalidArgumentError("It is a probability: 0 or more, and below 1.");
    },
  );
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("It is a number above zero.");
}

function positives(text: string): readonly number[] {
  return text.split(",").map(positive);
}

function whole(text: string): number {
  const value = Number(text);
  if (/^\d{1,12}$/.test(text) && value >= 1) return value;
  throw new InvalidArgumentError("It is a whole number of at least one.");
}
