import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { platformEntropy } from "@unseen/base";
import { type Home, openHome } from "./home.ts";

const entropy = platformEntropy(globalThis.crypto);

export function openTestHome(directory: string): Home {
  const home = openHome(directory, { entropy });
  if (!home.ok) throw new Error(home.problem.message, { cause: home.problem });
  return home.value;
}

/** A fresh home on the real disk; `using` closes it and removes it. */
export function testHome(): Home & Disposable {
  const directory = mkdtempSync(join(tmpdir(), "unseen-home-"));
  const home = openTestHome(directory);
  const dispose = () => {
    home.close();
    rmSync(directory, { recursive: true, force: true });
  };
  return { ...home, [Symbol.dispose]: dispose };
}
