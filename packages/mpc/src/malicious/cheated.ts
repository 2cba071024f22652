import type { PartyIndex } from "../session/channel.ts";

/**
 * A party did something else than the protocol says. The computation is over at every party; nothing was opened that the
 * check did not pass. Holds nothing secret.
 */
export class Cheated extends Error {
  readonly step: string;
  /** One of these did it. One name is a certainty; two are all that can be known. */
  readonly suspects: readonly PartyIndex[];

  constructor(step: string, suspects: readonly PartyIndex[]) {
    super(`party ${suspects.join(" or ")} did not follow the protocol: ${step}`);
    this.name = "Cheated";
    this.step = step;
    this.suspects = suspects;
  }
}
