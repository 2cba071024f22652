// A node that we asked may still send more than fits in memory. What a reply says of its length is checked
// before its body is read, and a body that says nothing is counted while it is.

import { Code, ConnectError } from "@connectrpc/connect";

type Fetch = typeof globalThis.fetch;

export function boundedFetch(fetch: Fetch, mostBytes: number): Fetch {
  return async (input, init) => {
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
