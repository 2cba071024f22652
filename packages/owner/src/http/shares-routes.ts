// The calls of a node that is a party, each a line or two.

import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import { err, invariant, ok } from "@unseen/base";
import { parseFingerprint } from "@unseen/crypto";
import {
  encodeAnswer,
  encodeColumns,
  encodeLoss,
  encodePrice,
  encodeRun,
  encodeSharesPrice,
  readCompute,
  readJointAsk,
  readObjectId,
  readPutShare,
  readShareColumns,
  routeOptions,
  SharesService,
  valueOrRefusal,
  wireLimits,
} from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import { answerJointly, priceJointly as pricedJointly, provideJointly } from "../joint/index.ts";
import { agreeOnParties, computeOnShares, priceOfShares, shareColumns } from "../shares/index.ts";
import { jointPortsOf, noParty } from "./joint-ports-of.ts";
import type { OwnerNode } from "./owner-node.ts";

/** @param callerOf who calls, once it is the caller's turn */
export function sharesRoutes(
  router: ConnectRouter,
  node: Pick<OwnerNode, "joint" | "questions">,
  callerOf: (context: HandlerContext) => Promise<Caller>,
): void {
  const { introduce, putShare, priceShares, compute, askJointly, priceJointly, deleteShare, listShares } =
    SharesService.method;
  const { shareColumns: shareOwnersColumns } = SharesService.method;
  const small = routeOptions(wireLimits.runBytes);
  const ports = () => valueOrRefusal(joint === undefined ? err(noParty()) : ok(joint.party));
  const sharing = () => valueOrRefusal(joint === undefined ? err(noParty()) : ok(joint));
  const { joint, questions } = node;
  const together = () => jointPortsOf(node);
  router.rpc(
    introduce,
    async (_, context) => {
      await callerOf(context);
      return { fingerprint: joint?.party.identity.fingerprint ?? "" };
    },
    small,
  );
  router.rpc(
    putShare,
    async (request, context) => {
      const caller = await callerOf(context);
      const { objectId, facts, parts, ...sent } = valueOrRefusal(readPutShare(request));
      const parties = valueOrRefusal(agreeOnParties(sent.parties, ports()));
      valueOrRefusal(ports().shares.put(caller, objectId, { parties, facts, parts, provenance: undefined }));
      return {};
    },
    routeOptions(wireLimits.shareBytes),
  );
  router.rpc(
    shareOwnersColumns,
    async (request, context) => {
      const caller = await callerOf(context);
      const asked = valueOrRefusal(readShareColumns(request));
      return encodeColumns(valueOrRefusal(await shareColumns({ questions, ...sharing() }, caller, asked)));
    },
    small,
  );
  router.rpc(
    priceShares,
    async (request, context) => {
      const caller = await callerOf(context);
      const asked = valueOrRefusal(readCompute(request));
      return encodeSharesPrice(valueOrRefusal(await priceOfShares(ports(), caller, asked)));
    },
    small,
  );
  router.rpc(
    compute,
    async (request, context) => {
      const caller = await callerOf(context);
      const asked = valueOrRefusal(readCompute(request));
      return encodeRun(valueOrRefusal(await computeOnShares(ports(), caller, asked)));
    },
    routeOptions(wireLimits.computeBytes),
  );
  const ofOwners = routeOptions(wireLimits.jointAskBytes);
  router.rpc(
    askJointly,
    async (request, context) => {
      const caller = await callerOf(context);
      const asked = valueOrRefusal(readJointAsk(request));
      const isProvider = parseFingerprint(asked.provider ?? "") === ports().identity.fingerprint;
      if (isProvider) {
        valueOrRefusal(await provideJointly(ports(), caller, asked));
        return {};
      }
      const answered = valueOrRefusal(await answerJointly(together(), caller, asked));
      const outcome = valueOrRefusal(answered.outcome);
      invariant(!("keys" in outcome), "several owners are asked no keys");
      return {
        answer: encodeAnswer(outcome),
        remaining: encodeLoss(answered.remaining),
      };
    },
    ofOwners,
  );
  router.rpc(
    priceJointly,
    async (request, context) => {
      const caller = await callerOf(context);
      return encodePrice(
        valueOrRefusal(await pricedJointly(together(), caller, valueOrRefusal(readJointAsk(request)))),
      );
    },
    ofOwners,
  );
  router.rpc(
    deleteShare,
    async (request, context) => {
      const caller = await callerOf(context);
      valueOrRefusal(ports().shares.delete(caller, valueOrRefusal(readObjectId(request))));
      return {};
    },
    small,
  );
  router.rpc(
    listShares,
    async (_, context) => ({ objectIds: [...ports().shares.list(await callerOf(context))] }),
    small,
  );
}
