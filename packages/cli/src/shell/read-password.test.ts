import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { choosePassword, readPassword } from "./read-password.ts";
import type { Shell } from "./shell.ts";

test("a password comes from standard input when that is asked for, else from the environment", async () => {
  const piped = terminal({
    typed: "first line\nsecond",
    isTerminal: false,
    env: { UNSEEN_PASSWORD: "of the environment" },
  });
  expect(await readPassword(piped.shell, { passwordStdin: true }, "eve")).toBe("first line");
  expect(await readPassword(piped.shell, {}, "eve")).toBe("of the environment");
});

test("at a terminal it is typed and never shown, with its mistakes taken back", async () => {
  const { shell, shown, modes } = terminal({ typed: "wrong\u0015sesamx\u007fe\r" });
  expect(await readPassword(shell, {}, "eve")).toBe("sesame");
  expect(shown()).toBe("Password of eve: \n");
  expect(modes).toEqual([true, false]);
});

test("a new password is asked for twice, and two that differ change nothing", async () => {
  expect(await choosePassword(terminal({ typed: "sesame\rsesame\r" }).shell, {}, "eve")).toBe("sesame");
  await expect(
    choosePassword(terminal({ typed: "sesame\rsesami\r" }).shell, {}, "eve"),
  ).rejects.toMatchObject({
    told: { code: "usage", message: "the two passwords differ" },
    exitCode: 2,
  });
});

test("Ctrl-C at the prompt interrupts and gives the terminal back", async () => {
  const { shell, modes } = terminal({ typed: "ses\u0003" });
  await expect(readPassword(shell, {}, "eve")).rejects.toMatchObject({ exitCode: 130 });
  expect(modes).toEqual([true, false]);
});

test.each([
  ["without a terminal", terminal({ typed: "", isTerminal: false }), {}],
  ["with an empty standard input", terminal({ typed: "", isTerminal: false }), { passwordStdin: true }],
  [
    "with a file for a password",
    terminal({ typed: "x".repeat(10_000), isTerminal: false }),
    { passwordStdin: true },
  ],
])("%s there is no password, and the hint says how to give one", async (_, { shell }, options) => {
  await expect(readPassword(shell, options, "eve")).rejects.toMatchObject({
    told: { code: "usage" },
    exitCode: 2,
  });
});

/** A terminal at which somebody has typed already: what follows a prompt's line waits for the next prompt. */
function terminal(given: { typed: string; isTerminal?: boolean; env?: Record<string, string> }) {
  const isTTY = given.isTerminal ?? true;
  const modes: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), { isTTY, setRawMode: (mode: boolean) => modes.push(mode) });
  const err = Object.assign(new PassThrough(), { isTTY });
  const lines = given.typed.split(/(?<=\r)/);
  if (isTTY) stdin.on("resume", () => setImmediate(() => stdin.write(lines.shift() ?? "\u0003")));
  else stdin.end(given.typed);
  let shown = "";
  err.on("data", (part) => {
    shown += part;
  });
  const shell = { env: given.env ?? {}, stdin, out: err, err } as unknown as Shell;
  return { shell, modes, shown: () => shown };
}
