import { ownerAtTheMachine, type Role } from "@unseen/owner";
import { paint } from "../output/paint.ts";
import { table } from "../output/table.ts";
import { orFail } from "../shell/failure.ts";
import { choosePassword, type PasswordOptions } from "../shell/read-password.ts";
import { type Shell, say, sayJson } from "../shell/shell.ts";
import { entropy, type HomeOptions, inExistingHome, inHome } from "./home.ts";

export type UserAddCommand = HomeOptions &
  PasswordOptions & { readonly role: Role; readonly generate?: boolean };

/** 120 random bits: five groups that a person can read out over the telephone. */
const generatedGroups = 5;
/** Without letters and digits that are taken for each other; 32 of them, so that a byte's low bits choose evenly. */
const alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

/** Makes an account at the owner's own machine. */
export async function addUser(shell: Shell, name: string, options: UserAddCommand): Promise<void> {
  const generated = options.generate === true ? generatedPassword() : undefined;
  const password = generated ?? (await choosePassword(shell, options, name));
  await inHome(options, async (owner) => {
    const { role } = options;
    const added = orFail(await owner.accounts.add(ownerAtTheMachine(), { name, password, role }));
    const shown = generated === undefined ? {} : { password: generated };
    if (options.json === true) return sayJson(shell, { added: { name: added.name, role }, ...shown });
    say(shell, `${added.name} has an account now, as ${role}.`);
    if (generated === undefined) return;
    say(shell, `Their password, which is not shown again:\n\n    ${paint(shell.out, "bold", generated)}\n`);
  });
}

/** Everyone with an account. */
export async function listUsers(shell: Shell, options: HomeOptions): Promise<void> {
  await inExistingHome(options, async (owner) => {
    const accounts = orFail(owner.accounts.all(ownerAtTheMachine()));
    const day = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);
    if (options.json === true) {
      const users = accounts.map(({ name, role, createdAtMs }) => ({ name, role, createdAtMs }));
      return sayJson(shell, { users });
    }
    if (accounts.length === 0) return say(shell, "There is no account yet: unseen user add NAME");
    const head = ["name", "role", "since"].map((title) => paint(shell.out, "dim", title));
    say(
      shell,
      table([head, ...accounts.map(({ name, role, createdAtMs }) => [name, role, day(createdAtMs)])]),
    );
  });
}

function generatedPassword(): string {
  const letters = Array.from(
    entropy.fill(new Uint8Array(generatedGroups * 5)),
    (byte) => alphabet[byte % 32]!,
  );
  return Array.from({ length: generatedGroups }, (_, at) => letters.slice(at * 5, at * 5 + 5).join("")).join(
    "-",
  );
}
