import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { type Fingerprint, parseFingerprint } from "@unseen/crypto";
import type { PartyIndex } from "@unseen/mpc";
import type { AskedParties, SharesProtocol } from "@unseen/wire";
import type { PartyPorts } from "../peers/index.ts";

export type AgreedParties = {
  readonly protocol: SharesProtocol;
  readonly parties: readonly Fingerprint[];
  readonly me: PartyIndex;
};

/**
 * Who computes, once it is certain that they are as many as the protocol takes, that each is somebody else (a provider who is
 * a party would know all that its randomness hides), that this node is one of them, and that its owner allowed all others.
 */
export function agreeOnParties(
  { protocol, fingerprints }: AskedParties,
  { identity, allowed }: Pick<PartyPorts, "identity" | "allowed">,
): Result<AgreedParties, Problem> {
  const parties: Fingerprint[] = [];
  for (const text of fingerprints) {
    const fingerprint = parseFingerprint(text);
    if (fingerprint === undefined)
      return err(invalid("a party is named by something else than a fingerprint"));
    parties.push(fingerprint);
  }
  const [least, most] = protocol === "provider" ? [3, 6] : [3, 3];
  if (parties.length < least || parties.length > most)
    return err(invalid(`${inWords[protocol]}, and ${parties.length} were named`));
  const second = parties.findIndex((one, place) => parties.indexOf(one) !== place);
  if (second !== -1) {
    const isProvider = protocol === "provider" && second === parties.length - 1;
    const who = isProvider ? "the crypto provider" : `party ${second}`;
    return err(
      invalid(`${who} is party ${parties.indexOf(parties[second]!)} too: each must be somebody else`),
    );
  }
  const me = parties.indexOf(identity.fingerprint);
  if (me === -1) return err(invalid("this node is none of the parties"));
  const stranger = parties.findIndex((one, place) => place !== me && allowed.find(one) === undefined);
  if (stranger !== -1) return err(notAllowed(stranger, parties[stranger]!));
  return ok({ protocol, parties, me });
}

const inWords: Readonly<Record<SharesProtocol, string>> = {
  replicated: "without a crypto provider exactly three nodes compute",
  verified: "exactly three nodes compute and check each other",
  provider: "with a crypto provider two to five nodes compute",
};

function invalid(message: string): Problem<"parties-invalid"> {
  return problem("parties-invalid", message);
}

export function notAllowed(place: PartyIndex, fingerprint: Fingerprint): Problem<"party-not-allowed"> {
  return problem("party-not-allowed", `this node's owner did not allow to compute with party ${place}`, {
    hint: `the owner allows it with: unseen peers allow "${fingerprint}" --name NAME --at ADDRESS`,
    facts: { party: String(place), fingerprint },
  });
}
