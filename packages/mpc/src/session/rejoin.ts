// The first message on a link that replaces a broken one: magic, the session's id in clear, so that the host finds the
// channel, and behind it the frame with which the dialer says what it misses.

import { equalConstantTime } from "@unseen/crypto";

const magic = Uint8Array.from("unseen1R", (one) => one.charCodeAt(0));
const idBytes = 32;

export function writeRejoin(sessionId: Uint8Array): Uint8Array {
  const message = new Uint8Array(magic.length + idBytes);
  message.set(magic);
  message.set(sessionId, magic.length);
  return message;
}

/** The session that a stranger wants to go on with, or undefined. Never throws. */
export function readRejoin(message: Uint8Array): Uint8Array | undefined {
  if (message.length !== magic.length + idBytes) return undefined;
  return equalConstantTime(message.subarray(0, magic.length), magic)
    ? message.slice(magic.length)
    : undefined;
}

/** What a host says to a join or rejoin that it does not take up. */
export type NotYet = "not-yet" | "refused";
const answers = { "not-yet": "N", refused: "X" } as const;

export function writeNotYet(answer: NotYet): Uint8Array {
  return Uint8Array.from(`unseen1${answers[answer]}`, (one) => one.charCodeAt(0));
}

export function readNotYet(message: Uint8Array): NotYet | undefined {
  const text = String.fromCharCode(...message.subarray(0, magic.length + 1));
  if (text === `unseen1${answers["not-yet"]}`) return "not-yet";
  return text === `unseen1${answers.refused}` ? "refused" : undefined;
}
