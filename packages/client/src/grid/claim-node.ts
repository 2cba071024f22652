// A new owner's first call: makes their account at their node with the one-time token that it printed.

import { createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { decodeSession, GridService } from "@unseen/wire";
import { AskRefused, orThrow } from "../refusals/ask-refused.ts";
import { callNode } from "../refusals/node-call.ts";
import { boundedFetch, replyLimit } from "./bounded-fetch.ts";
import { parseNodeAddress } from "./node-address.ts";

export type ClaimOptions = {
  readonly url: string;
  /** Shown by the node at its start; used up by the first claim. */
  readonly ownerToken: string;
  readonly username: string;
  /** Of at least 10 characters. Sent over TLS, or to this machine. */
  readonly password: string;
  /** Stands in for the platform's. */
  readonly fetch?: typeof globalThis.fetch;
  /** Stands in for HTTP. */
  readonly transport?: (url: string) => Transport;
};

/** Hashing a password takes a slow machine a while; the rest is small. */
const deadlineMs = 10_000;

/** Throws `AskRefused`: "insecure-address" before anything is sent, "owner-token-invalid", "account-invalid". */
export async function claimNode(options: ClaimOptions): Promise<void> {
  const url = orThrow(parseNodeAddress(options.url));
  const { ownerToken, username: name, password } = options;
  const fetch = boundedFetch(options.fetch ?? globalThis.fetch, replyLimit);
  const transport =
    options.transport?.(url) ?? createConnectTransport({ baseUrl: url, useBinaryFormat: true, fetch });
  const client = createClient(GridService, transport);
  const reply = await callNode(url, deadlineMs, (call) => client.claim({ ownerToken, name, password }, call));
  if (!reply.ok) throw new AskRefused(reply.problem);
  orThrow(decodeSession(reply.value));
}
