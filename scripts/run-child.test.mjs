import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { runChild } from "./run-child.mjs";

const node = process.execPath;

test("the exit code of the command is passed on", async () => {
  expect(await runChild(node, ["-e", "process.exit(7)"])).toBe(7);
  expect(await runChild(node, ["-e", "process.kill(process.pid, 'SIGKILL')"])).toBe(137);
});

test("a command that takes too long is ended and says so", async () => {
  expect(await runChild(node, ["-e", "setInterval(() => {}, 1000)"], { timeoutMs: 300 })).toBe(124);
});

test("a command that cannot be started is an error", async () => {
  await expect(runChild("/no/such/command", [])).rejects.toThrow("ENOENT");
});

/** A command whose own child ignores a polite signal and would stay behind. */
const withStubbornChild = `
  const { spawn } = require("node:child_process");
  const code = "process.on('SIGINT', () => {}); setInterval(() => {}, 1000); console.log(process.pid)";
  spawn(process.execPath, ["-e", code], { stdio: ["ignore", "inherit", "inherit"] });
`;

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Ended processes stay listed until their new parent has taken notice. */
async function isGone(pid) {
  await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
}

test("what the command leaves running is ended with it", async () => {
  let printed = "";
  const onText = (text) => {
    printed += text;
  };
  const leaves = `${withStubbornChild} setTimeout(() => process.exit(0), 700);`;
  expect(await runChild(node, ["-e", leaves], { onText })).toBe(0);
  expect(Number(printed)).toBeGreaterThan(0);
  await isGone(Number(printed));
});

test("Ctrl-C leaves nothing running", async () => {
  const module = new URL("./run-child.mjs", import.meta.url).href;
  const runner = `
    const { runChild } = await import(${JSON.stringify(module)});
    process.exitCode = await runChild(process.execPath, ["-e", ${JSON.stringify(
      `${withStubbornChild} setInterval(() => {}, 1000);`,
    )}]);
  `;
  const outer = spawn(node, ["--input-type=module", "-e", runner], { stdio: ["ignore", "pipe", "inherit"] });
  const grandchild = await new Promise((resolve) => {
    outer.stdout.setEncoding("utf8").on("data", (text) => resolve(Number(text)));
  });
  expect(isAlive(grandchild)).toBe(true);
  outer.kill("SIGINT");
  const code = await new Promise((resolve) => outer.on("exit", resolve));
  expect(code).toBe(130);
  await isGone(grandchild);
});

test("who loses the parent that started it ends too, as under an npm that was ended by SIGTERM", async () => {
  const module = new URL("./run-child.mjs", import.meta.url).href;
  const runner = `
    const { runChild } = await import(${JSON.stringify(module)});
    await runChild(process.execPath, ["-e", ${JSON.stringify("console.log(process.pid); setInterval(() => {}, 1000);")}]);
  `;
  const parent = `
    const { spawn } = require("node:child_process");
    spawn(process.execPath, ["--input-type=module", "-e", ${JSON.stringify(runner)}], { stdio: ["ignore", "inherit", "inherit"] });
  `;
  const outer = spawn(node, ["-e", parent], { stdio: ["ignore", "pipe", "inherit"] });
  const grandchild = await new Promise((resolve) => {
    outer.stdout.setEncoding("utf8").on("data", (text) => resolve(Number(text)));
  });
  expect(isAlive(grandchild)).toBe(true);
  outer.kill("SIGKILL");
  await isGone(grandchild);
});
