import { resolve } from "node:path";
import { defaultSlotMs, serveNode } from "@unseen/owner";
import { paint } from "../output/paint.ts";
import { exitCodes } from "../shell/exit-codes.ts";
import { orFail, usageFailure } from "../shell/failure.ts";
import { remark, type Shell, say, sayJson } from "../shell/shell.ts";
import { type HomeOptions, openHome } from "./home.ts";

export type ServeCommand = HomeOptions & {
  readonly host: string;
  readonly port: number;
  readonly name?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly allowOrigin?: readonly string[];
  readonly answerSlotMs?: number;
  readonly sessionHours?: number;
  readonly ledger?: string;
  readonly peersPort?: number;
  readonly honestOwners?: number;
  readonly trainingMinutes?: number;
};

const hourMs = 3_600_000;

/** Serves until it is interrupted. The one secret it ever prints is the one-time owner token of a new home. */
export async function serve(shell: Shell, options: ServeCommand): Promise<void> {
  const tls = tlsOf(options);
  if (options.honestOwners === 0)
    throw usageFailure("--honest-owners is at least 1: the owner of this node itself", "leave it out for 1");
  const owner = await openHome(options, {
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.ledger === undefined ? {} : { ledger: options.ledger }),
    slotMs: options.answerSlotMs ?? defaultSlotMs,
    // Mutual TLS by the nodes' own identities, so this port needs no certificate.
    ...(options.peersPort === undefined
      ? {}
      : {
          peers: {
            host: options.host,
            port: options.peersPort,
            honestOwnersAtMost: options.honestOwners ?? 1,
          },
        }),
    ...(options.trainingMinutes === undefined ? {} : { trainings: { mostMinutes: options.trainingMinutes } }),
    ...(options.sessionHours === undefined ? {} : { sessionLifetimeMs: options.sessionHours * hourMs }),
  });
  try {
    const { host, port, allowOrigin = [] } = options;
    const serving = orFail(
      await serveNode(owner.node, {
        host,
        port,
        ...(tls === undefined ? {} : { tls }),
        allowedOrigins: allowOrigin,
      }),
    );
    const stopped = untilStopped();
    try {
      const token = await owner.accounts.firstOwnerToken();
      if (token !== undefined) sayToken(shell, options, serving.url, token);
      const datasets = owner.catalogue.allDatasets().map(({ name }) => name);
      const { fingerprint, peersUrl } = owner;
      if (options.json === true) {
        const party = peersUrl === undefined ? {} : { fingerprint, peersUrl };
        sayJson(shell, { event: "listening", url: serving.url, datasets, ...party });
      } else {
        say(shell, `listening on ${serving.url}`);
        if (peersUrl !== undefined) sayParty(shell, fingerprint, peersUrl, owner.peers.all());
      }
      if (options.json !== true) remark(shell, paint(shell.err, "dim", served(options, datasets)));
      await stopped;
      if (options.json !== true)
        remark(shell, "closing; questions underway finish first (Ctrl-C again ends at once)");
    } finally {
      await serving.close();
    }
  } finally {
    await owner.close();
  }
  if (options.json === true) sayJson(shell, { event: "closed" });
}

function tlsOf({ tlsCert, tlsKey }: ServeCommand) {
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw usageFailure("--tls-cert and --tls-key go together", "each names a PEM file");
  return tlsCert === undefined || tlsKey === undefined ? undefined : { certFile: tlsCert, keyFile: tlsKey };
}

function sayToken(shell: Shell, { json, home }: ServeCommand, url: string, token: string): void {
  if (json === true) {
    sayJson(shell, { event: "owner-token", token, url });
    return;
  }
  say(
    shell,
    [
      `This home (${resolve(home)}) has no owner yet. Its one-time token, which replaces any earlier one:`,
      "",
      `    ${paint(shell.out, "bold", token)}`,
      "",
      "Make the owner's account with it, from another terminal:",
      "",
      `    unseen claim --at ${url} --name YOU --token ${token}`,
      "",
    ].join("\n"),
  );
}

/** What other owners need to allow this node, and whom it computes with. */
function sayParty(
  shell: Shell,
  fingerprint: string,
  url: string,
  peers: readonly { readonly name: string }[],
): void {
  say(shell, `taking parties in at ${url}`);
  say(shell, `this node's fingerprint: ${fingerprint}`);
  const names = peers.map(({ name }) => name).join(", ");
  say(shell, peers.length === 0 ? "computes with nobody yet: unseen peers allow" : `computes with ${names}`);
}

function served({ home }: ServeCommand, datasets: readonly string[]): string {
  const asked =
    datasets.length === 0 ? "no dataset yet: unseen dataset add FILE --card CARD" : datasets.join(", ");
  return `serving ${home}: ${asked}; Ctrl-C stops`;
}

/** Resolves at the first SIGINT or SIGTERM; the second ends the process there and then. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    const stop = () => {
      if (isStopping) process.exit(exitCodes.interrupted);
      isStopping = true;
      resolve();
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
}
