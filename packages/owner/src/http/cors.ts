// Which web pages may ask from a browser. None, unless the owner names them (Fetch Standard, CORS protocol).

import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

const allowedHeaders = "authorization, content-type, connect-protocol-version, connect-timeout-ms";
const preflightSeconds = "600";

export function withCors(origins: readonly string[], next: RequestListener): RequestListener {
  if (origins.length === 0) return next;
  return (request: IncomingMessage, response: ServerResponse<IncomingMessage> & { req: IncomingMessage }) => {
    const { origin } = request.headers;
    response.setHeader("vary", "origin");
    const isAllowed = origin !== undefined && origins.includes(origin);
    if (isAllowed) response.setHeader("access-control-allow-origin", origin);
    if (request.method !== "OPTIONS") return next(request, response);
    if (isAllowed) {
      response.setHeader("access-control-allow-methods", "POST");
      response.setHeader("access-control-allow-headers", allowedHeaders);
      response.setHeader("access-control-max-age", preflightSeconds);
    }
    response.writeHead(204).end();
  };
}
