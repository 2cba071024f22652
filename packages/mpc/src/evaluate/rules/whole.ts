// Rounding, exactly: the binary digits after the point are taken off as bits.

import { ok } from "@unseen/base";
import type { Shared } from "../../protocol/shared.ts";
import type { SharesContext } from "../shares-context.ts";
import type { SharesRule } from "../shares-rule.ts";
import type { SecretTensor } from "../values.ts";

/** Floor and Ceil. The result stays on the grid of fractions, where every digit after the point is zero. */
export function rounding(name: "Floor" | "Ceil"): SharesRule {
  return async (context, [x]) => {
    const secret = x as SecretTensor;
    if (secret.fractionBits === 0) return ok({ ...secret, shared: context.protocol.copy(secret.shared) });
    const of = name === "Floor" ? Math.floor : Math.ceil;
    const [least, greatest] = [of(secret.least), of(secret.greatest)];
    const shared = name === "Floor" ? await floor(context, secret) : await ceil(context, secret);
    return context.secret(name, { ...secret, shared, least, greatest });
  };
}

async function floor(
  { protocol }: SharesContext,
  { shared, fractionBits }: Pick<SecretTensor, "shared" | "fractionBits">,
): Promise<Shared> {
  using digits = await protocol.toBits(shared, fractionBits);
  using rest = await protocol.fromBits(digits);
  return protocol.sub(shared, rest);
}

/** -floor(-x) */
async function ceil(context: SharesContext, { shared, fractionBits }: SecretTensor): Promise<Shared> {
  using mirrored = context.protocol.negate(shared);
  using below = await floor(context, { shared: mirrored, fractionBits });
  return context.protocol.negate(below);
}
