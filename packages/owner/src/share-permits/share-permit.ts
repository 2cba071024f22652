import type { Brand } from "@unseen/base";
import type { Fingerprint } from "@unseen/crypto";
import type { SharesProtocol } from "@unseen/wire";

/** What an owner lets one account do: have columns of a dataset become shares among these parties, until then. */
export type SharePermit = {
  readonly id: string;
  /** The account's id at this node. */
  readonly account: string;
  readonly dataset: string;
  /** The rows as they were registered when the permit was given: of others the owner decides anew. */
  readonly snapshot: string;
  readonly columns: readonly string[];
  readonly protocol: SharesProtocol;
  /** This node among them. The order of those who compute says nothing; a provider stands last. */
  readonly parties: readonly Fingerprint[];
  readonly untilMs: number;
  readonly issuedAtMs: number;
  readonly revokedAtMs: number | undefined;
};

/**
 * Proof that the owner lets these columns be read as they are, to become shares at once. Made by `SharePermits` alone, and asked
 * for by what reads whole columns.
 */
export type Permitted = Brand<
  { readonly permit: SharePermit; readonly columns: readonly string[] },
  "Permitted"
>;

/** For `SharePermits` alone, once it has found that the permit stands and covers the columns. */
export function permittedBy(permit: SharePermit, columns: readonly string[]): Permitted {
  return Object.freeze({ permit, columns: [...columns] }) as unknown as Permitted;
}
