// The nodes that hold a number together, as the asker calls them.

import type { CallOptions, Client } from "@connectrpc/connect";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  type AskedParties,
  decodeIntroduction,
  encodeParties,
  type Parties,
  type SharesProtocol,
  type SharesService,
} from "@unseen/wire";

type Send<T> = (client: Client<typeof SharesService>, options: CallOptions) => Promise<T>;

/** How a call about shares reaches a node where we are signed in. */
export interface PartyCalls {
  call<T>(send: Send<T>): Promise<Result<T, Problem>>;
}

export type NamedParty = { readonly name: string; readonly calls: PartyCalls };
export type Member = NamedParty & { readonly fingerprint: string };

export class SharesGroup {
  /** By place; a provider comes last. */
  readonly members: readonly Member[];
  /** Those that hold shares: all but the provider. */
  readonly computing: readonly Member[];
  readonly provider: Member | undefined;
  readonly parties: AskedParties;

  private constructor(members: readonly Member[], protocol: SharesProtocol) {
    const hasProvider = protocol === "provider";
    this.members = members;
    this.computing = hasProvider ? members.slice(0, -1) : members;
    this.provider = hasProvider ? members.at(-1) : undefined;
    this.parties = {
      protocol,
      fingerprints: members.map(({ fingerprint }) => fingerprint),
    };
  }

  /** Asks each node who it is. Refuses by name what is two parties at once, before anything is shared. */
  static async of(
    parties: readonly NamedParty[],
    provider: NamedParty | undefined,
    protocol: SharesProtocol = provider === undefined ? "replicated" : "provider",
  ): Promise<Result<SharesGroup, Problem>> {
    if ((protocol === "provider") !== (provider !== undefined))
      return err(
        invalid(
          `the protocol ${protocol} ${provider === undefined ? "needs a" : "has no"} crypto provider`,
          provider === undefined
            ? provide
            : 'leave it out: share(bob, alice, theo, { protocol: "verified" })',
        ),
      );
    if (provider === undefined && parties.length !== 3)
      return err(invalid("without a crypto provider exactly three nodes compute", provide));
    if (provider !== undefined && (parties.length < 2 || parties.length > 5))
      return err(invalid("with a crypto provider two to five nodes compute"));
    const named = provider === undefined ? parties : [...parties, provider];
    const known = await SharesGroup.introductions(named, provider);
    return known.ok ? ok(new SharesGroup(known.value, protocol)) : known;
  }

  /** Who each is. Refuses by name where two are one and the same. */
  static async introductions(
    named: readonly NamedParty[],
    provider?: NamedParty,
  ): Promise<Result<readonly Member[], Problem>> {
    const known: Member[] = [];
    for (const member of await Promise.all(named.map(introduced))) {
      if (!member.ok) return member;
      const same = known.find(({ fingerprint }) => fingerprint === member.value.fingerprint);
      if (same !== undefined) {
        const isProvider = provider !== undefined && known.length === named.length - 1;
        const who = isProvider ? `the crypto provider ${member.value.name}` : member.value.name;
        const hint = isProvider
          ? "its randomness would hide nothing from itself: choose a provider that holds no share"
          : provide;
        return err(invalid(`${who} and ${same.name} are one and the same node`, hint));
      }
      known.push(member.value);
    }
    return ok(known);
  }

  get onWire(): Parties {
    return encodeParties(this.parties);
  }

  isSame(other: SharesGroup): boolean {
    return JSON.stringify(this.parties) === JSON.stringify(other.parties);
  }

  /** All at once; what each said, or the problem of the one that began it. */
  async everybody<T>(
    send: (member: Member, place: number) => Send<T>,
  ): Promise<Result<readonly T[], Problem>> {
    const replies = await Promise.all(
      this.members.map((member, place) => member.calls.call(send(member, place))),
    );
    const problems = replies.flatMap((reply, place) =>
      reply.ok ? [] : [this.#toldBy(this.members[place]!, reply.problem)],
    );
    // Where one refuses, the others say that it did not come.
    const first = problems.find(({ code }) => code !== "party-failed") ?? problems[0];
    if (first !== undefined) return err(first);
    return ok(replies.flatMap((reply) => (reply.ok ? [reply.value] : [])));
  }

  /** Nodes know each other by place; the asker knows their names. */
  withNames(told: Problem): Problem {
    const places = [told.facts?.party, ...(told.facts?.suspects?.split(",") ?? [])];
    const message = places.reduce<string>((text, place) => {
      const about = place === undefined ? undefined : this.members[Number(place)];
      return about === undefined ? text : text.replaceAll(`party ${place}`, about.name);
    }, told.message);
    return { ...told, message };
  }

  #toldBy(by: Member, told: Problem): Problem {
    const named = this.withNames(told);
    return { ...named, message: `${by.name}: ${named.message}` };
  }

  toString(): string {
    return this.members.map(({ name }) => name).join(", ");
  }
}

const provide =
  "name three different nodes, or a crypto provider: share(bob, alice, { cryptoProvider: openmined })";

async function introduced(party: NamedParty): Promise<Result<Member, Problem>> {
  const reply = await party.calls.call((client, options) => client.introduce({}, options));
  if (!reply.ok) return err({ ...reply.problem, message: `${party.name}: ${reply.problem.message}` });
  const fingerprint = decodeIntroduction(reply.value);
  if (fingerprint === undefined) {
    return err(
      problem("party-not-allowed", `${party.name} takes no part in computations with others`, {
        hint: "its owner lets it with: unseen serve --peers-port PORT",
      }),
    );
  }
  return ok({ ...party, fingerprint });
}

function invalid(message: string, hint?: string): Problem<"parties-invalid"> {
  return problem("parties-invalid", message, hint === undefined ? {} : { hint });
}
