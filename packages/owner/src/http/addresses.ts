import { isIP } from "node:net";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";

/** Only this machine can reach it, so passwords and answers cross no network (RFC 6890, loopback). */
export function isLoopback(host: string): boolean {
  if (host === "localhost") return true;
  if (isIP(host) === 4) return host.startsWith("127.");
  return isIP(host) === 6 && (host === "::1" || host.toLowerCase() === "0:0:0:0:0:0:0:1");
}

/** Beyond the loopback a node speaks TLS or does not speak. */
export function mayListen(host: string, hasTls: boolean): Result<undefined, Problem<"insecure-address">> {
  if (hasTls || isLoopback(host)) return ok(undefined);
  return err(
    problem(
      "insecure-address",
      `listening on ${host} without TLS would send passwords and answers in the clear`,
      {
        hint: "give --tls-cert and --tls-key, or listen on 127.0.0.1",
      },
    ),
  );
}
