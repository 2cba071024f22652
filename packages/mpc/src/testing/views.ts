// What parties see of a computation, over all of its randomness: their draws and every message that reaches them, in order.

import { invariant } from "@unseen/base";
import type { Place, RingMemory } from "@unseen/compute";
import type { Protocol } from "../protocol/protocol.ts";
import type { PartyIndex } from "../session/channel.ts";
import type { Session } from "../session/session.ts";
import { type Digits, EveryDraw, elements, unitsOf } from "./every-draw.ts";
import { sessionsInMemory } from "./in-memory.ts";
import type { ProtocolUnderTest } from "./protocols.ts";

export type Scenario = {
  /** Who brings each of the inputs. */
  readonly from: readonly PartyIndex[];
  /** Numbers that each input may be; by default 0 and 1. */
  readonly values?: readonly (readonly number[])[];
  run(protocol: Protocol, inputs: readonly number[]): Promise<unknown>;
  /** What a party is told, by design. */
  told?(inputs: readonly number[], party: PartyIndex): unknown;
  /** Digits of words that are drawn, and that are looked at in the messages to a party; by default the lowest. */
  drawn?(stream: number, ordinal: number): Digits;
  received?(party: PartyIndex, ordinal: number): Digits;
  /** Faults that are planted: what happens before anything runs, and a draw that is used once more for another. */
  spoil?(protocols: readonly Protocol[]): void;
  reused?(stream: number, ordinal: number): number;
};

const lowest: Digits = { bits: 1, shift: 0 };
const none: Digits = { bits: 0, shift: 0 };

/**
 * Pairs of inputs that a coalition can tell apart though what its members bring and are told is the same: none, if the
 * protocol keeps its secrets.
 */
export async function toldApart(
  under: ProtocolUnderTest,
  scenario: Scenario,
  coalitions: readonly (readonly PartyIndex[])[],
): Promise<readonly string[]> {
  const watched = await Watched.open(under, scenario, coalitions);
  const seen = new Map<string, { readonly inputs: readonly number[]; readonly views: Float64Array }>();
  const apart: string[] = [];
  for (const inputs of everyInput(scenario)) {
    const views = await watched.views(inputs);
    for (const [at, coalition] of coalitions.entries()) {
      const brought = inputs.filter((_, input) => coalition.includes(scenario.from[input]!));
      const told = coalition.map((party) => scenario.told?.(inputs, party));
      const known = JSON.stringify([at, brought, told]);
      const other = seen.get(known);
      if (other === undefined) seen.set(known, { inputs, views: views[at]! });
      else if (!areAlike(other.views, views[at]!))
        apart.push(`${coalition.join(" and ")} tell ${other.inputs} from ${inputs}`);
    }
  }
  return apart;
}

/** The draws that a computation can do without and no coalition sees more: masks that mask nothing in it. */
export async function needlessDraws(
  under: ProtocolUnderTest,
  scenario: Scenario,
  coalitions: readonly (readonly PartyIndex[])[],
): Promise<readonly string[]> {
  const watched = await Watched.open(under, scenario, coalitions);
  await watched.views(everyInput(scenario)[0]!);
  const needless: string[] = [];
  for (const name of watched.draws) {
    const drawn = (stream: number, ordinal: number) =>
      name === `${stream} ${ordinal}` ? none : (scenario.drawn?.(stream, ordinal) ?? lowest);
    if ((await toldApart(under, { ...scenario, drawn }, coalitions)).length === 0) needless.push(name);
  }
  return needless;
}

function everyInput({ from, values }: Scenario): readonly (readonly number[])[] {
  return from.reduce<readonly (readonly number[])[]>(
    (all, _, at) => all.flatMap((one) => (values?.[at] ?? [0, 1]).map((value) => [...one, value])),
    [[]],
  );
}

/** Parties whose draws are counted through and whose views are kept. */
class Watched {
  readonly #sessions: readonly Session[];
  readonly #protocols: readonly Protocol[];
  readonly #scenario: Scenario;
  readonly #coalitions: readonly (readonly PartyIndex[])[];
  readonly #everyDraw: EveryDraw;
  readonly #received: number[];
  #now: readonly View[] = [];

  static async open(
    under: ProtocolUnderTest,
    scenario: Scenario,
    coalitions: readonly (readonly PartyIndex[])[],
  ): Promise<Watched> {
    return new Watched(under, scenario, coalitions, await sessionsInMemory(under.parties, { mebibytes: 8 }));
  }

  private constructor(
    under: ProtocolUnderTest,
    scenario: Scenario,
    coalitions: readonly (readonly PartyIndex[])[],
    sessions: readonly Session[],
  ) {
    this.#sessions = sessions;
    this.#scenario = scenario;
    this.#coalitions = coalitions;
    this.#everyDraw = new EveryDraw(scenario.drawn ?? (() => lowest), scenario.reused);
    this.#received = sessions.map(() => 0);
    const parties = new Map(sessions.map((session) => [session.memory, session.me]));
    const holders = new Map<number, PartyIndex[]>();
    this.#protocols = under.open(sessions, (memory, seed) => {
      const [me, stream] = [parties.get(memory)!, seed[0]!];
      holders.set(stream, [...(holders.get(stream) ?? []), me]);
      // Whoever holds a seed knows all that anybody draws of it.
      return this.#everyDraw.stream(memory, me, stream, (name, place) => {
        for (const view of this.#now)
          if (holders.get(stream)!.some((holder) => view.members.includes(holder)))
            view.drew(memory, name, place, this.#everyDraw.digits(name));
      });
    });
    for (const session of sessions) this.#overhear(session);
    scenario.spoil?.(this.#protocols);
  }

  get draws(): readonly string[] {
    return this.#everyDraw.names;
  }

  /** The views of each coalition, one number for each, sorted: equal exactly if their distributions are. */
  async views(inputs: readonly number[]): Promise<readonly Float64Array[]> {
    const all = this.#coalitions.map(() => [] as Float64Array[]);
    for (let run = 0; run === 0 || run < this.#everyDraw.runs; run++) {
      this.#everyDraw.begin(run);
      this.#received.fill(0);
      this.#now = this.#coalitions.map((members) => new View(members));
      const cleaned = this.#sessions.map(({ memory }) => cleaning(memory));
      await Promise.all(this.#protocols.map((protocol) => this.#scenario.run(protocol, inputs)));
      for (const clean of cleaned) clean();
      for (const [at, view] of this.#now.entries()) all[at]!.push(view.whole());
    }
    return all.map((views) => {
      const joined = new Float64Array(views.length * elements);
      for (const [run, each] of views.entries()) joined.set(each, run * elements);
      return joined.sort();
    });
  }

  #overhear(session: Session): void {
    const exchange = session.exchange.bind(session);
    session.exchange = async (outgoing, incoming) => {
      await exchange(outgoing, incoming);
      for (const { into } of incoming) {
        const digits = this.#scenario.received?.(session.me, this.#received[session.me]!++) ?? lowest;
        for (const view of this.#now)
          if (view.members.includes(session.me)) view.received(session.memory, session.me, into, digits);
      }
    };
  }
}

/** What members know of each draw, and what reached each of them, in order. */
class View {
  readonly members: readonly PartyIndex[];
  readonly #strands = new Map<string, { readonly seen: Float64Array; digits: number }>();

  constructor(members: readonly PartyIndex[]) {
    this.members = members;
  }

  drew(memory: RingMemory, name: string, place: Place, digits: Digits): void {
    const strand = `draw ${name}`;
    if (!this.#strands.has(strand)) this.#see(memory, strand, place, digits);
  }

  received(memory: RingMemory, member: PartyIndex, place: Place, digits: Digits): void {
    this.#see(memory, `messages to ${member}`, place, digits);
  }

  /** One number for each element. Members do not run in step, so their strands are joined by name. */
  whole(): Float64Array {
    const whole = new Float64Array(elements);
    const strands = [...this.#strands].sort(([one], [other]) => (one < other ? -1 : 1));
    invariant(strands.reduce((sum, [, { digits }]) => sum + digits, 0) <= 52, "what is seen fits a number");
    for (const [, { seen, digits }] of strands)
      for (let each = 0; each < elements; each++) whole[each] = 2 ** digits * whole[each]! + seen[each]!;
    return whole;
  }

  #see(memory: RingMemory, name: string, place: Place, { bits, shift }: Digits): void {
    const strand = this.#strands.get(name) ?? { seen: new Float64Array(elements), digits: 0 };
    this.#strands.set(name, strand);
    const { seen } = strand;
    for (const { kind, at } of unitsOf(place)) {
      strand.digits += kind === "plane" ? 1 : bits;
      const bytes = memory.bytes({
        at,
        bytes: kind === "words" ? 8 * elements : kind === "plane" ? elements / 8 : 8,
      });
      const halves = new Uint32Array(bytes.buffer, at, bytes.length / 4);
      const [half, from, mask] = [shift >> 5, shift & 31, 2 ** bits - 1];
      for (let each = 0; each < elements; each++) {
        if (kind === "plane") seen[each] = 2 * seen[each]! + ((bytes[each >> 3]! >> (each & 7)) & 1);
        else {
          const word = halves[(kind === "words" ? 2 * each : 0) + half]!;
          seen[each] = 2 ** bits * seen[each]! + ((word >>> from) & mask);
        }
      }
    }
  }
}

/** Frees whatever is allocated from now on and not freed, when it is called. */
function cleaning(memory: RingMemory): () => void {
  const [allocate, free] = [memory.allocate, memory.free];
  const held = new Map<number, Place>();
  memory.allocate = (bytes) => {
    const place = allocate.call(memory, bytes);
    held.set(place.at, place);
    return place;
  };
  memory.free = (...places) => {
    for (const { at } of places) held.delete(at);
    free.call(memory, ...places);
  };
  return () => {
    memory.allocate = allocate;
    memory.free = free;
    memory.free(...held.values());
  };
}

function areAlike(one: Float64Array, other: Float64Array): boolean {
  return one.length === other.length && one.every((view, at) => view === other[at]);
}
