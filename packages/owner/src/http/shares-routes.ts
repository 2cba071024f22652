// The calls of a node that is a party, each a line or two.

import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import { err, ok, type Problem, problem } from "@unseen/base";
import {
  encodeRun,
  encodeSharesPrice,
  readCompute,
  readObjectId,
  readPutShare,
  routeOptions,
  SharesService,
  valueOrRefusal,
  wireLimits,
} from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import { agreeOnParties, computeOnShares, priceOfShares, type SharesPorts } from "../shares/index.ts";

/** @param callerOf who calls, once it is the caller's turn */
export function sharesRoutes(
  router: ConnectRouter,
  party: SharesPorts | undefined,
  callerOf: (context: HandlerContext) => Promise<Caller>,
): void {
  const { introduce, putShare, priceShares, compute, deleteShare, listShares } = SharesService.method;
  const small = routeOptions(wireLimits.runBytes);
  const ports = () => valueOrRefusal(party === undefined ? err(noParty()) : ok(party));
  router.rpc(
    introduce,
    async (_, context) => {
      await callerOf(context);
      return { fingerprint: party?.identity.fingerprint ?? "" };
    },
    small,
  );
  router.rpc(
    putShare,
    async (request, context) => {
      const caller = await callerOf(context);
      const { objectId, facts, parts, ...sent } = valueOrRefusal(readPutShare(request));
      const parties = valueOrRefusal(agreeOnParties(sent.parties, ports()));
      valueOrRefusal(ports().shares.put(caller, objectId, { parties, facts, parts }));
      return {};
    },
    routeOptions(wireLimits.shareBytes),
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
    small,
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

export function noParty(): Problem<"party-not-allowed"> {
  return problem("party-not-allowed", "this node takes no part in computations with others", {
    hint: "its owner lets it with: unseen serve --peers-port PORT",
  });
}
