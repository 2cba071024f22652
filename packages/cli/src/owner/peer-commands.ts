// What is typed for the nodes that this one computes with.

import type { Command } from "commander";
import type { Shell } from "../shell/shell.ts";
import { withHome } from "./home-option.ts";

export function peerCommands(unseen: Command, shell: Shell): void {
  const peers = unseen
    .command("peers")
    .description("allow, list and remove the nodes that this one computes with");
  withHome(peers.command("allow <fingerprint>"))
    .description("compute with another node; its owner allows this one too")
    .requiredOption("--name <name>", "what you call it")
    .requiredOption("--at <url>", "where it takes parties in: wss://host:port/peers")
    .action(async (fingerprint, options) =>
      (await import("./peers.ts")).allowPeer(shell, fingerprint, options),
    );
  withHome(peers.command("list"))
    .description("everybody that the node computes with, and its own fingerprint")
    .action(async (options) => (await import("./peers.ts")).listPeers(shell, options));
  withHome(peers.command("remove <which>"))
    .description("by name or fingerprint")
    .action(async (which, options) => (await import("./peers.ts")).removePeer(shell, which, options));
}
