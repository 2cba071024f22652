// The self-signed certificate with which an identity shows its key in TLS. Nothing in it is believed but the key: names and
// dates are the same in all of them. So its DER (RFC 5280, section 4.1; Ed25519 as in RFC 8410) is written down here, and
// Node's own parser reads it. The key signs three kinds of bytes and none can be taken for another: a certificate (a DER
// sequence of more than a hundred bytes), TLS's own CertificateVerify (which begins with 64 spaces), and digests of 32 bytes.

import type { X509Certificate } from "node:crypto";
import { Secret } from "@unseen/base";
import { type Fingerprint, fingerprintOf, type Identity, keyBytes, sign } from "@unseen/crypto";

/** Object identifiers as DER: id-Ed25519 (1.3.101.112), and id-at-commonName (2.5.4.3). */
const ed25519 = [0x06, 0x03, 0x2b, 0x65, 0x70];
const commonName = [0x06, 0x03, 0x55, 0x04, 0x03];

/** Certificate and key as PEM. The key is secret: it goes into a TLS context and nowhere else. */
export function certificateOf(identity: Identity): { readonly cert: string; readonly key: Secret<string> } {
  const algorithm = sequence(ed25519);
  const name = sequence(tagged(0x31, sequence(commonName, tagged(0x0c, ascii("unseen party")))));
  // An identity does not expire: RFC 5280, section 4.1.2.5, has this date for it.
  const validity = sequence(tagged(0x17, ascii("260101000000Z")), tagged(0x18, ascii("99991231235959Z")));
  const publicKey = sequence(algorithm, bitString(identity.publicKey));
  const serial = tagged(0x02, [1]);
  const signed = sequence(serial, algorithm, name, validity, name, publicKey);
  const signature = sign(identity, Uint8Array.from(signed));
  const secret = tagged(0x04, tagged(0x04, [...Secret.reveal(identity.secretKey)]));
  return {
    cert: pem("CERTIFICATE", sequence(signed, algorithm, bitString(signature))),
    key: Secret.of(pem("PRIVATE KEY", sequence(tagged(0x02, [0]), algorithm, secret))),
  };
}

/** Whose key a certificate shows, or undefined if it is not an Ed25519 key. That they hold it is for TLS to prove. */
export function shownBy(certificate: X509Certificate | undefined): Fingerprint | undefined {
  if (certificate?.publicKey.asymmetricKeyType !== "ed25519") return undefined;
  const key = Buffer.from(certificate.publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  return key.length === keyBytes ? fingerprintOf(new Uint8Array(key)) : undefined;
}

function sequence(...parts: readonly (readonly number[])[]): number[] {
  return tagged(0x30, parts.flat());
}

function bitString(bytes: Uint8Array): number[] {
  return tagged(0x03, [0, ...bytes]);
}

/** All lengths here are below 2^16. */
function tagged(tag: number, content: readonly number[]): number[] {
  const { length } = content;
  if (length < 0x80) return [tag, length, ...content];
  if (length < 0x100) return [tag, 0x81, length, ...content];
  return [tag, 0x82, length >> 8, length & 0xff, ...content];
}

function ascii(text: string): number[] {
  return [...Buffer.from(text, "ascii")];
}

function pem(what: string, der: readonly number[]): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${what}-----`, ...lines, `-----END ${what}-----`, ""].join("\n");
}
