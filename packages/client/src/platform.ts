// What the library takes from the platform it runs on, in one place: random bytes from its CSPRNG.

import { type Entropy, platformEntropy } from "@unseen/base";

/** Names nobody can guess or make twice: they name objects at a worker, and charges in an owner's ledger. */
export const entropy: Entropy = platformEntropy(globalThis.crypto);
