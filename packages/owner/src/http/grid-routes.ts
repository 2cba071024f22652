// The node's calls, each a line or two: read the request at the door, ask the house, write the reply.

import type { ConnectRouter, HandlerContext, Interceptor } from "@connectrpc/connect";
import { programVersion } from "@unseen/program";
import {
  encodeAnswer,
  encodeBudget,
  encodeDataset,
  encodeGreeting,
  encodeKeys,
  encodeLoss,
  encodePrice,
  encodeSample,
  encodeSession,
  encodeTranslation,
  GridService,
  problemToConnectError,
  readAsk,
  readClaim,
  readDatasetName,
  readDatasetRef,
  readPrice,
  readSample,
  readSearch,
  readSignIn,
  readTranslate,
  routeOptions,
  type Session,
  valueOrRefusal,
  wireLimits,
  workspaceRoutes,
} from "@unseen/wire";
import type { Accounts } from "../accounts/index.ts";
import { LedgerFailed } from "../ledger/index.ts";
import {
  answerQuestion,
  budgetText,
  findDataset,
  openSource,
  priceQuestion,
  questionKey,
} from "../questions/index.ts";
import { translateOrWantKeys } from "../sql/index.ts";
import { callerOfContext } from "./caller-context.ts";
import { describeDataset, describeSource, sampleOf } from "./describe-dataset.ts";
import { learningRoutes } from "./learning-routes.ts";
import type { OwnerNode } from "./owner-node.ts";
import { matchesTerms } from "./search.ts";
import { sharesRoutes } from "./shares-routes.ts";
import { isQuick, Turns } from "./turns.ts";

/** Serves an owner node over any Connect transport: a socket, or memory in the tests. */
export function gridRoutes(router: ConnectRouter, node: OwnerNode): void {
  const { accounts, questions, workspaces } = node;
  const turns = new Turns();
  router.service(
    GridService,
    {
      hello: () =>
        encodeGreeting({
          nodeId: questions.nodeId,
          nodeName: node.name,
          programVersion,
          isUnclaimed: !accounts.isClaimed(),
        }),
      signIn: async (request) => {
        const { name, password } = valueOrRefusal(readSignIn(request));
        return encodeSession(await session(accounts, name, password));
      },
      claim: async (request) => {
        const { ownerToken, name, password } = valueOrRefusal(readClaim(request));
        valueOrRefusal(await accounts.claim(ownerToken, name, password));
        return encodeSession(await session(accounts, name, password));
      },
      search: async (request, context) => {
        const caller = await callerOfContext(accounts, context);
        const terms = valueOrRefusal(readSearch(request));
        const found = (await questions.datasets.all()).filter(({ card }) => matchesTerms(card, terms));
        return {
          datasets: await Promise.all(
            found.map(async (one) => encodeDataset(await describeDataset(questions, caller, one))),
          ),
        };
      },
      describe: async (request, context) => {
        const caller = await callerOfContext(accounts, context);
        const source = valueOrRefusal(
          await openSource(questions.datasets, valueOrRefusal(readDatasetRef(request))),
        );
        return { dataset: encodeDataset(await describeSource(questions, caller, source)) };
      },
      sample: async (request, context) => {
        await callerOfContext(accounts, context);
        const wish = valueOrRefusal(readSample(request));
        const source = valueOrRefusal(await openSource(questions.datasets, wish));
        return encodeSample(sampleOf(source, wish.mostRows));
      },
      translate: async (request, context) => {
        await turns.next((await callerOfContext(accounts, context)).id);
        const asked = valueOrRefusal(readTranslate(request));
        return encodeTranslation(valueOrRefusal(await translateOrWantKeys(questions.datasets, asked)));
      },
      price: async (request, context) => {
        const caller = await callerOfContext(accounts, context);
        await turns.next(caller.id);
        return encodePrice(
          valueOrRefusal(await priceQuestion(questions, caller, valueOrRefusal(readPrice(request)))),
        );
      },
      ask: async (request, context) => {
        const caller = await callerOfContext(accounts, context);
        const asked = valueOrRefusal(readAsk(request));
        if ("keys" in asked || !isQuick(asked.program)) await turns.next(caller.id);
        const answered = valueOrRefusal(
          await node.underway.run(questionKey(caller, asked), () => answerQuestion(questions, caller, asked)),
        );
        const outcome = valueOrRefusal(answered.outcome);
        const remaining = encodeLoss(answered.remaining);
        if ("keys" in outcome) return { keys: encodeKeys(outcome), remaining };
        return {
          answer: encodeAnswer(outcome),
          remaining,
          ...(answered.joinedRemaining === undefined
            ? {}
            : { joinedRemaining: encodeLoss(answered.joinedRemaining) }),
        };
      },
      budget: async (request, context) => {
        const caller = await callerOfContext(accounts, context);
        const name = valueOrRefusal(readDatasetName(request));
        valueOrRefusal(await findDataset(questions.datasets, name));
        return encodeBudget(budgetText(await questions.ledger.budget(name, caller.id)));
      },
    },
    { ...routeOptions(wireLimits.askBytes), interceptors: [ledgerFailed] },
  );
  workspaceRoutes(router, async (context: HandlerContext) => {
    const caller = await callerOfContext(accounts, context);
    await turns.next(caller.id);
    return workspaces.of(caller);
  });
  const callerInTurn = async (context: HandlerContext) => {
    const caller = await callerOfContext(accounts, context);
    await turns.next(caller.id);
    return caller;
  };
  sharesRoutes(router, node, callerInTurn);
  learningRoutes(router, node, callerInTurn);
}

/** Any call may look at a line of the budget, and the database that keeps it may be down. */
const ledgerFailed: Interceptor = (next) => async (request) => {
  try {
    return await next(request);
  } catch (error) {
    throw error instanceof LedgerFailed ? problemToConnectError(error.problem) : error;
  }
};

async function session(accounts: Accounts, name: string, password: string): Promise<Session> {
  const { token, expiresAtMs } = valueOrRefusal(await accounts.signIn(name, password));
  const { role } = valueOrRefusal(await accounts.callerOf(token));
  return { token, expiresAtMs, role };
}
