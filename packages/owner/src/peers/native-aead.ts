import { createCipheriv, createDecipheriv } from "node:crypto";
import { type Aead, nonceOf, tagBytes } from "@unseen/crypto";

const name = "chacha20-poly1305";
const options = { authTagLength: tagBytes };

/** ChaCha20-Poly1305 by Node's OpenSSL: the same bytes as `portableAead`, several times as fast. */
export const nativeAead: Aead = {
  seal(key, counter, beside, plain) {
    const cipher = createCipheriv(name, key, nonceOf(counter), options);
    cipher.setAAD(beside, { plaintextLength: plain.length });
    const sealed = new Uint8Array(plain.length + tagBytes);
    sealed.set(cipher.update(plain));
    cipher.final();
    sealed.set(cipher.getAuthTag(), plain.length);
    return sealed;
  },
  open(key, counter, beside, sealed) {
    const length = sealed.length - tagBytes;
    if (length < 0) return undefined;
    const decipher = createDecipheriv(name, key, nonceOf(counter), options);
    decipher.setAAD(beside, { plaintextLength: length });
    decipher.setAuthTag(sealed.subarray(length));
    const { buffer, byteOffset } = decipher.update(sealed.subarray(0, length));
    try {
      decipher.final();
      return new Uint8Array(buffer, byteOffset, length);
    } catch {
      return undefined;
    }
  },
};
