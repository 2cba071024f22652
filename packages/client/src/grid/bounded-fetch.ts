// A node that we asked may still send more than fits in memory. What a reply says of its length is checked
// before its body is read, and a body that says nothing is counted while it is.

import { Code, ConnectError } from "@connectrpc/connect";
import { GridService, wireLimits } from "@unseen/wire";

type Fetch = typeof globalThis.fetch;

/** `mostBytesOf` says how many bytes a reply from an address may have. */
export function boundedFetch(fetch: Fetch, mostBytesOf: (url: string) => number): Fetch {
  return async (input, init) => {
    const mostBytes = mostBytesOf(input instanceof Request ? input.url : String(input));
    const response = await fetch(input, init);
    const stated = Number(response.headers.get("content-length") ?? 0);
    if (stated > mostBytes) {
      await response.body?.cancel();
      throw tooLarge(mostBytes);
    }
    if (response.body === null) return response;
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(counted(mostBytes)), { status, statusText, headers });
  };
}

/** A workspace gives back what was sent there; the grid's own replies are small. */
export function replyLimit(url: string): number {
  return url.includes(`/${GridService.typeName}/`) ? wireLimits.gridReplyBytes : wireLimits.replyBytes;
}

function counted(mostBytes: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.length;
      if (bytes > mostBytes) controller.error(tooLarge(mostBytes));
      else controller.enqueue(chunk);
    },
  });
}

function tooLarge(mostBytes: number): ConnectError {
  return new ConnectError(`the node's reply is larger than ${mostBytes} bytes`, Code.ResourceExhausted);
}
