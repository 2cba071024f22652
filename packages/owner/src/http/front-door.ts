import type { RequestListener } from "node:http";
import type { OwnerNode } from "./owner-node.ts";

/** What a person sees who opens the node's address in a browser: what this is, and nothing about the data. */
export function frontDoor(node: OwnerNode): RequestListener {
  return (request, response) => {
    const isRoot = (request.method === "GET" || request.method === "HEAD") && request.url === "/";
    response.writeHead(isRoot ? 200 : 404, {
      "content-type": "text/plain; charset=utf-8",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'",
      "cache-control": "no-store",
    });
    if (!isRoot) return void response.end("There is nothing here.\n");
    response.end(
      [
        `${node.name}: an Unseen owner node.`,
        "",
        "It answers questions about data that never leaves this machine. Every answer carries noise,",
        "so that it says next to nothing about any one person, and is charged to a lifetime budget.",
        "",
        "From a shell:       unseen search '#diabetes' --at <this address>",
        'From TypeScript:    import { GridClient } from "unseen"',
        "",
      ].join("\n"),
    );
  };
}
