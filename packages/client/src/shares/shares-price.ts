// What computing on shares would cost, before anything runs, and who learns what.

/** A round trip and a line between nodes for the expected time, unless the asker knows better. */
export type Network = { readonly roundTripMs: number; readonly megabitsASecond: number };
const usualNetwork: Network = { roundTripMs: 1, megabitsASecond: 1_000 };

type Parts = Pick<SharesPrice, "rounds" | "sentBytes" | "parties" | "learns">;

export class SharesPrice {
  /** Messages that wait for each other. */
  readonly rounds: number;
  /** By each party, in their order; a crypto provider comes last. */
  readonly sentBytes: readonly number[];
  readonly parties: readonly string[];
  /** Who learns what, a line each. */
  readonly learns: readonly string[];

  constructor({ rounds, sentBytes, parties, learns }: Parts) {
    this.rounds = rounds;
    this.sentBytes = sentBytes;
    this.parties = parties;
    this.learns = learns;
  }

  /** For the network alone; computing comes on top. */
  expectedMs({ roundTripMs, megabitsASecond }: Network = usualNetwork): number {
    const most = Math.max(0, ...this.sentBytes);
    return this.rounds * roundTripMs + (most * 8) / (megabitsASecond * 1_000);
  }

  toString(): string {
    const sent = this.parties.map((name, place) => `${name} sends ${this.sentBytes[place] ?? 0} bytes`);
    const { roundTripMs, megabitsASecond } = usualNetwork;
    return [
      `${this.rounds} ${this.rounds === 1 ? "round" : "rounds"}; ${sent.join(", ")}`,
      `about ${this.expectedMs().toFixed(1)} ms of network at ${roundTripMs} ms a round trip and ${megabitsASecond} Mbit/s`,
      ...this.learns,
    ].join("\n");
  }
}
