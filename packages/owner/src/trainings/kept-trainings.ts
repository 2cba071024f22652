// What a home keeps of trainings that are not done: who asked for what, once it is paid, and the last checkpoint. A checkpoint
// holds weights that were noised, what the optimiser remembers of noised gradients, and the step: no row, no loss, no norm.
//
// Each file is written beside its place, made durable, and renamed, so that a kill leaves the one before or the one after.

import { mkdirSync } from "node:fs";
import { open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type AskedTraining, encodeTraining, readTraining, TrainRequestSchema } from "@unseen/wire";

export type KeptTraining = { readonly asker: string; readonly asked: AskedTraining };

export class KeptTrainings {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  /** `key` is a digest, and names the training's files. */
  async keepAsk(key: string, { asker, asked }: KeptTraining): Promise<void> {
    const request = toBinary(TrainRequestSchema, encodeTraining(asked, asked.askId));
    const name = Buffer.from(asker, "utf8");
    const length = Buffer.alloc(4);
    length.writeUInt32LE(name.length);
    await this.#write(`${key}.ask`, Buffer.concat([length, name, request]));
  }

  async keepCheckpoint(key: string, bytes: Uint8Array): Promise<void> {
    await this.#write(`${key}.checkpoint`, bytes);
  }

  async checkpoint(key: string): Promise<Uint8Array | undefined> {
    return this.#read(`${key}.checkpoint`);
  }

  async dropCheckpoint(key: string): Promise<void> {
    await this.#remove(`${key}.checkpoint`);
  }

  /** Its asker let it stop: it goes on when it is asked for again, and not by itself. */
  async dropAsk(key: string): Promise<void> {
    await this.#remove(`${key}.ask`);
  }

  async drop(key: string): Promise<void> {
    await this.dropAsk(key);
    await this.dropCheckpoint(key);
  }

  /** Those that were paid for and have no answer yet. One that cannot be read is left to its asker to ask for again. */
  async unfinished(): Promise<readonly (KeptTraining & { readonly key: string })[]> {
    const names = (await readdir(this.#directory)).filter((name) => /^[0-9a-f]{64}\.ask$/.test(name));
    const kept: (KeptTraining & { readonly key: string })[] = [];
    for (const name of names.sort()) {
      const bytes = await this.#read(name);
      const read = bytes && readKept(bytes);
      if (read !== undefined) kept.push({ ...read, key: name.slice(0, -".ask".length) });
    }
    return kept;
  }

  async #write(name: string, bytes: Uint8Array): Promise<void> {
    const place = join(this.#directory, name);
    const beside = `${place}.new`;
    const file = await open(beside, "w", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, place);
    await this.#syncDirectory();
  }

  async #remove(name: string): Promise<void> {
    await rm(join(this.#directory, name), { force: true });
  }

  async #read(name: string): Promise<Uint8Array | undefined> {
    try {
      return new Uint8Array(await readFile(join(this.#directory, name)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  async #syncDirectory(): Promise<void> {
    const directory = await open(this.#directory, "r");
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }
}

function readKept(bytes: Uint8Array): KeptTraining | undefined {
  try {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const asker = Buffer.from(bytes.subarray(4, 4 + length)).toString("utf8");
    const asked = readTraining(fromBinary(TrainRequestSchema, bytes.subarray(4 + length)));
    return asked.ok ? { asker, asked: asked.value } : undefined;
  } catch {
    return undefined;
  }
}
