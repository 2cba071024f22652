// The calls of training at this owner's, each a few lines.

import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import { err, ok } from "@unseen/base";
import {
  encodeAnswers,
  encodeLoss,
  encodeProgress,
  encodeTrained,
  encodeTrainingPrice,
  LearningService,
  problemToConnectError,
  readPricedTraining,
  readTraining,
  readTrainingName,
  routeOptions,
  valueOrRefusal,
  wireLimits,
} from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import {
  priceTraining,
  type ToldSteps,
  type TrainingPorts,
  trainAtOwner,
  trainsNothing,
} from "../trainings/index.ts";
import type { OwnerNode } from "./owner-node.ts";

/** A connection on which nothing is said for longer is ended by what stands between. */
const saidEveryMs = 15_000;

/** @param callerOf who calls, once it is the caller's turn */
export function learningRoutes(
  router: ConnectRouter,
  { trainings }: Pick<OwnerNode, "trainings">,
  callerOf: (context: HandlerContext) => Promise<Caller>,
): void {
  const { priceTraining: price, train, stopTraining } = LearningService.method;
  const house = () => valueOrRefusal(trainings === undefined ? err(trainsNothing()) : ok(trainings));
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
      yield* toldOf(house(), caller, asked, context.signal);
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

/** Progress as it comes, again while nothing new does, and the weights or the answers. A caller who leaves ends nothing. */
async function* toldOf(
  trainings: TrainingPorts,
  caller: Caller,
  asked: Parameters<typeof trainAtOwner>[2],
  left: AbortSignal,
) {
  let stands: ToldSteps | undefined;
  let wake = () => {};
  let isDone = false;
  const outcome = trainAtOwner(trainings, caller, asked, (told) => {
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
    if (!isDone && stands !== undefined)
      yield { told: { case: "progress" as const, value: encodeProgress(stands) } };
  }
  if (left.aborted) return;
  const trained = await outcome;
  if (!trained.ok) throw problemToConnectError(trained.problem);
  const { trained: sent, remaining } = trained.value;
  const stillLeft = { remaining: encodeLoss(remaining) };
  yield {
    told:
      "answers" in sent
        ? { case: "taught" as const, value: Object.assign(encodeAnswers(sent), stillLeft) }
        : { case: "trained" as const, value: Object.assign(encodeTrained(sent), stillLeft) },
  };
}
