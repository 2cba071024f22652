// What an owner noised for questions to several owners, kept by the charge that paid for it, before anybody else sees it.
//
// A question to several owners can end between the noise and the answer: a party leaves, a process dies. Asked again under its
// id it must go on with the noise that was drawn, or one charge would buy two noises. So the first value kept stands.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { afterRelease, type Released, releasedTogether } from "@unseen/privacy";
import type { Receipt } from "../ledger/index.ts";
import { SingleFlight } from "../questions/index.ts";
import { isStoreFailure, queries, type Store } from "../store/index.ts";
import { bytesOfSums, sumsOfBytes } from "./sums-as-bytes.ts";

type Sums = Released<readonly bigint[]>;

export class NoisedBook {
  readonly #store: Store;
  readonly #underway = new SingleFlight<Result<Sums, Problem>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** What stands under the charge and the part's name; undefined before it was kept. */
  async held({ serial }: Receipt, part: string): Promise<Result<Sums | undefined, Problem>> {
    return orNotKept(async () => ok(this.#read(serial, part)));
  }

  /** What stands under the charge and the part's name: kept earlier, or drawn now and durable before it is given. */
  keep(
    { serial }: Receipt,
    part: string,
    draw: () => Promise<Result<Sums, Problem>>,
  ): Promise<Result<Sums, Problem>> {
    return this.#underway.run(`${serial} ${part}`, () =>
      orNotKept(async () => {
        const held = this.#read(serial, part);
        if (held !== undefined) return ok(held);
        const drawn = await draw();
        if (!drawn.ok) return drawn;
        const row = { serial: BigInt(serial), part, bytes: bytesOfSums(drawn.value.value) };
        await this.#store.write(() => {
          this.#store.all(
            queries
              .insertInto("joint_parts")
              .values(row)
              .onConflict((clash) => clash.doNothing()),
          );
        });
        return ok(this.#read(serial, part) ?? drawn.value);
      }),
    );
  }

  /** Only what mechanisms released was ever written. */
  #read(serial: number, part: string): Sums | undefined {
    const row = this.#store.first(
      queries
        .selectFrom("joint_parts")
        .select("bytes")
        .where("serial", "=", BigInt(serial))
        .where("part", "=", part),
    );
    return row === undefined
      ? undefined
      : afterRelease(releasedTogether<[]>([]), () => sumsOfBytes(row.bytes));
  }
}

async function orNotKept<Found>(
  work: () => Promise<Result<Found, Problem>>,
): Promise<Result<Found, Problem>> {
  try {
    return await work();
  } catch (error) {
    if (!isStoreFailure(error)) throw error;
    return err(
      problem(
        "answer-not-recorded",
        "what was noised for the question could not be kept, so it was not sent",
        { hint: "ask again under the same ask id: it is not charged twice" },
      ),
    );
  }
}
