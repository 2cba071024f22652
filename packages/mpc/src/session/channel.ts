// What a session needs of the network: to each other party one channel that is ordered, reliable, private and bound to
// that party's identity. Memory, worker threads, WebSockets and browsers each bring one; the contract is the same.

/** Places of the parties of one computation, from 0. All parties agree on who sits where before it begins. */
export type PartyIndex = number;

export interface Channel {
  /**
   * Queues one message and returns at once. The bytes are copied before it returns, so the caller may overwrite them.
   * After `close` or a failure it does nothing: the failure is told by `receive`. A party that does not read fails the
   * channel once more waits for it than the channel keeps (`waitingAtMost`, plus one message of any length).
   */
  send(message: Uint8Array): void;

  /**
   * The next message, whole and in the order it was sent; at most one call is under way. `lengthAtMost` is what the
   * protocol expects, in bytes: a longer message is never buffered whole and fails the channel. Rejects with a
   * `ChannelFailure` once the channel has failed or its deadline passed, for ever after. The bytes belong to the caller.
   * A message exactly as long as `into` is written there as it comes, which may go on until the promise settles, and is
   * that array; any other is one of its own.
   */
  receive(lengthAtMost: number, into?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;

  /** Ends the channel; the other side's `receive` rejects. `why` is told to the other side, and holds nothing secret. */
  close(why?: string): void;
}

/** Why a channel is of no more use, with the party at its other end to blame or to ask. Holds nothing secret. */
export class ChannelFailure extends Error {
  readonly kind: "closed" | "deadline" | "malformed" | "too-large" | "replayed" | "identity";
  readonly party: PartyIndex;

  constructor(kind: ChannelFailure["kind"], party: PartyIndex, message: string) {
    super(message);
    this.name = "ChannelFailure";
    this.kind = kind;
    this.party = party;
  }
}
