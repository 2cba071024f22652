// TLS among parties: 1.3 alone, both sides show the key of their identity, and each looks at the other's. There is no
// certificate authority: whom to trust was agreed by fingerprint. TLS proves that a side holds the key it shows; that it is
// the key agreed is checked here by the dialer, and at the door by the host.

import type { SecureVersion, TLSSocket } from "node:tls";
import { Secret } from "@unseen/base";
import type { Fingerprint, Identity } from "@unseen/crypto";
import { certificateOf, shownBy } from "./identity-certificate.ts";

/** AES-128-GCM first: of TLS 1.3's ciphers the fastest where processors have AES, and as safe as the others. */
const ciphers = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";
const minVersion: SecureVersion = "TLSv1.3";

export function hostTls(identity: Identity) {
  const { cert, key } = certificateOf(identity);
  // Unverified is not unauthenticated: the certificate names no authority, and its key is compared.
  const comparedLater = { requestCert: true, rejectUnauthorized: false };
  return { cert, key: Secret.reveal(key), minVersion, ciphers, ...comparedLater };
}

export function dialerTls(identity: Identity) {
  const { cert, key } = certificateOf(identity);
  return { cert, key: Secret.reveal(key), minVersion, ciphers, rejectUnauthorized: false };
}

/** Whose key the other side of a finished TLS handshake showed and proved to hold. */
export function shownOn(socket: TLSSocket): Fingerprint | undefined {
  return shownBy(socket.getPeerX509Certificate());
}
