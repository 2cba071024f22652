import { paint } from "../output/paint.ts";
import { table } from "../output/table.ts";
import { orFail } from "../shell/failure.ts";
import { type Shell, say, sayJson } from "../shell/shell.ts";
import { type HomeOptions, inExistingHome, inHome } from "./home.ts";

export type PeerAllowCommand = HomeOptions & { readonly name: string; readonly at: string };

/** Lets the node compute with another. Both owners allow each other; nothing is sent by it. */
export async function allowPeer(shell: Shell, fingerprint: string, options: PeerAllowCommand): Promise<void> {
  await inHome(options, async (owner) => {
    const { name, at: url } = options;
    const peer = orFail(await owner.peers.allow({ fingerprint, name, url }));
    if (options.json === true) return sayJson(shell, { allowed: peer, own: owner.fingerprint });
    say(shell, `This node computes with ${peer.name} from now on, at ${peer.url}.`);
    say(shell, `Its owner allows this one by its own fingerprint: ${owner.fingerprint}`);
  });
}

/** Everybody that the node computes with, and its own fingerprint. */
export async function listPeers(shell: Shell, options: HomeOptions): Promise<void> {
  await inExistingHome(options, async (owner) => {
    const peers = owner.peers.all();
    if (options.json === true) return sayJson(shell, { own: owner.fingerprint, peers });
    say(shell, `This node: ${owner.fingerprint}`);
    if (peers.length === 0)
      return say(shell, "It computes with nobody: unseen peers allow FINGERPRINT --name NAME --at ADDRESS");
    const head = ["name", "address", "fingerprint"].map((title) => paint(shell.out, "dim", title));
    say(shell, table([head, ...peers.map(({ name, url, fingerprint }) => [name, url, fingerprint])]));
  });
}

/** By name or fingerprint. Computations underway go on to their end. */
export async function removePeer(shell: Shell, which: string, options: HomeOptions): Promise<void> {
  await inExistingHome(options, async (owner) => {
    const peer = orFail(await owner.peers.remove(which));
    if (options.json === true) return sayJson(shell, { removed: peer });
    say(shell, `This node does not compute with ${peer.name} any more.`);
  });
}
