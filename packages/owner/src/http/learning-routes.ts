// The calls of training at this owner's, each a few lines.

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import { err, ok, type Problem, type Result } from "@unseen/base";
import {
  encodeAnswers,
  encodeLoss,
  encodeProgress,
  encodeTrained,
  encodeTrainingPrice,
  LearningService,
  type LossText,
  problemToConnectError,
  readJointTeaching,
  readPricedTraining,
  readTraining,
  readTrainingName,
  routeOptions,
  type SentAnswers,
  type SentTrained,
  type TrainResponseSchema,
  valueOrRefusal,
  wireLimits,
} from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import {
  type JointTeachingPorts,
  priceTeachJointly as pricedJointly,
  teachJointly as taughtJointly,
} from "../joint/index.ts";
import { priceTraining, type ToldSteps, trainAtOwner, trainsNothing } from "../trainings/index.ts";
import { jointPortsOf } from "./joint-ports-of.ts";
import type { OwnerNode } from "./owner-node.ts";

/** A connection on which nothing is said for longer is ended by what stands between. */
const saidEveryMs = 15_000;

/** @param callerOf who calls, once it is the caller's turn */
export function learningRoutes(
  router: ConnectRouter,
  node: Pick<OwnerNode, "trainings" | "joint" | "questions">,
  callerOf: (context: HandlerContext) => Promise<Caller>,
): void {
  const { trainings } = node;
  const {
    priceTraining: price,
    train,
    stopTraining,
    priceTeachJointly,
    teachJointly,
  } = LearningService.method;
  const house = () => valueOrRefusal(trainings === undefined ? err(trainsNothing()) : ok(trainings));
  const together = (): JointTeachingPorts => ({ ...jointPortsOf(node), trainings: house() });
  const large = routeOptions(wireLimits.teachBytes);
  router.rpc(
    price,
    async (request, context) => {
      const caller = await callerOf(context);
      const asked = valueOrRefusal(readPricedTraining(request));
      return encodeTrainingPrice(valueOrRefusal(await priceTraining(house(), caller, asked)));
    },
    large,
  );
  router.rpc(
    train,
    async function* (request, context) {
      const caller = await callerOf(context);
      const asked = valueOrRefusal(readTraining(request));
      const ports = house();
      yield* toldOf(
        (tell) => trainAtOwner(ports, caller, asked, tell),
        context.signal,
        (trained) => [trainedAs(trained)],
      );
    },
    large,
  );
  router.rpc(
    priceTeachJointly,
    async (request, context) => {
      const caller = await callerOf(context);
      const asked = valueOrRefusal(readJointTeaching(request));
      return encodeTrainingPrice(valueOrRefusal(await pricedJointly(together(), caller, asked)));
    },
    large,
  );
  router.rpc(
    teachJointly,
    async function* (request, context) {
      const caller = await callerOf(context);
      const asked = valueOrRefusal(readJointTeaching(request));
      const ports = together();
      yield* toldOf(
        (tell) => taughtJointly(ports, caller, asked, tell),
        context.signal,
        // Where votes are kept and nothing was opened, that it ended well says it.
        ({ taught, remaining }) => (taught === undefined ? [] : [trainedAs({ trained: taught, remaining })]),
      );
    },
    large,
  );
  router.rpc(
    stopTraining,
    async (request, context) => {
      const caller = await callerOf(context);
      const askId = valueOrRefusal(readTrainingName(request));
      return { stopped: house().desk.stop(caller.id, askId) };
    },
    routeOptions(wireLimits.runBytes),
  );
}

type Told = MessageInitShape<typeof TrainResponseSchema>;

/** Progress as it comes, again while nothing new does, and what came out in the end. A caller who leaves ends nothing. */
async function* toldOf<Outcome>(
  run: (tell: (told: ToldSteps) => void) => Promise<Result<Outcome, Problem>>,
  left: AbortSignal,
  outcomeOf: (outcome: Outcome) => readonly Told[],
): AsyncGenerator<Told> {
  let stands: ToldSteps | undefined;
  let wake = () => {};
  let isDone = false;
  const outcome = run((told) => {
    stands = told;
    wake();
  }).finally(() => {
    isDone = true;
    wake();
  });
  // Awaited below, or not at all where the caller leaves.
  outcome.catch(() => undefined);
  left.addEventListener("abort", () => wake(), { once: true });
  for (let last: ToldSteps | undefined; !isDone && !left.aborted; ) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, saidEveryMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (isDone || left.aborted || stands !== last) wake();
    });
    last = stands;
    if (!isDone && stands !== undefined) yield { told: { case: "progress", value: encodeProgress(stands) } };
  }
  if (left.aborted) return;
  const ended = await outcome;
  if (!ended.ok) throw problemToConnectError(ended.problem);
  yield* outcomeOf(ended.value);
}

function trainedAs({
  trained,
  remaining,
}: {
  readonly trained: SentTrained | SentAnswers;
  readonly remaining: LossText;
}): Told {
  const left = { remaining: encodeLoss(remaining) };
  return {
    told:
      "answers" in trained
        ? { case: "taught", value: Object.assign(encodeAnswers(trained), left) }
        : { case: "trained", value: Object.assign(encodeTrained(trained), left) },
  };
}
