// Drives examples/browser-training in the distribution's Chromium: the same training by each backend that a browser has, WebGPU
// by Chromium's own software adapter. Prints a line for each thing seen to hold; any failure ends with a non-zero exit code.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build } from "vite";
import { servePage } from "./serve-page.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const directory = await mkdtemp(join(tmpdir(), "unseen-browser-training-"));
const closing = [() => rm(directory, { recursive: true, force: true })];
try {
  await buildPage();
  const page = await servePage(join(directory, "page"), { isIsolated: true });
  closing.push(page.close);
  await drive(page.url);
  console.log("The browser trained a model by each of its backends, and one with privacy.");
} finally {
  for (const close of closing.reverse()) await close();
}

async function buildPage() {
  await build({
    root: join(root, "examples/browser-training"),
    logLevel: "error",
    build: { outDir: join(directory, "page"), emptyOutDir: true },
  });
}

async function drive(page) {
  const args = [
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
  ];
  const executablePath = process.env.UNSEEN_CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args });
  closing.push(() => browser.close());
  const tab = await browser.newPage({ viewport: { width: 1000, height: 700 } });
  tab.on("response", (response) => {
    if (response.status() >= 400) console.error(`${response.status()} ${response.url()}`);
  });
  await tab.goto(page);

  const whole = await trained(tab, "wasm");
  assert.ok(whole.accuracy > 93, `wasm: ${whole.accuracy} %`);
  console.log(`wasm: ${whole.accuracy} % in ${whole.seconds} s`);
  // The software adapter takes a tenth of a second a step.
  const reference = await trained(tab, "wasm", { epochs: 4 });
  for (const backend of ["onnxruntime-wasm", "onnxruntime-webgpu"]) {
    const run = await trained(tab, backend, { epochs: 4 });
    const off = Math.max(...run.weights.map((weight, at) => Math.abs(weight - reference.weights[at])));
    assert.ok(run.weights.length > 1_000 && run.weights.length === reference.weights.length);
    // Float32 in another order, over as many steps; weights are about 0.1.
    assert.ok(off < 2e-3, `${backend}: a weight differs by ${off}`);
    console.log(
      `${backend}: ${run.accuracy} % in ${run.seconds} s, weights within ${off.toExponential(1)} of wasm's`,
    );
  }
  await inThreads(tab);
  const own = await trained(tab, "wasm", { epsilon: 8, batch: 128 });
  assert.ok(own.accuracy > 80, `private: ${own.accuracy} %`);
  assert.match(own.guarantee, /^Epsilon [78]\.\d+ at delta 0\.0001: one is /);
  console.log(`wasm at epsilon 8: ${own.accuracy} % in ${own.seconds} s`);
  if (process.env.UNSEEN_SCREENSHOT)
    await tab.screenshot({ path: process.env.UNSEEN_SCREENSHOT, fullPage: true });
  await refused(tab);
}

/** The very same weights come out of two threads as of one, and most of the steps were theirs. */
async function inThreads(tab) {
  const large = { filters: 24, batch: 256, epochs: 30 };
  const alone = await trained(tab, "wasm", large);
  const shared = await trained(tab, "wasm-threads", large);
  assert.deepEqual(shared.weights, alone.weights);
  assert.ok(
    alone.runsInThreads === 0 && shared.runsInThreads > 100,
    `${shared.runsInThreads} runs in threads`,
  );
  console.log(
    `wasm in two threads: the same weights in ${shared.seconds} s, in one ${alone.seconds} s; ${shared.runsInThreads} runs`,
  );
}

async function trained(tab, backend, { epochs = 20, epsilon = "", filters = 0, batch = 64 } = {}) {
  await tab.selectOption("select[name=backend]", backend);
  await tab.fill("input[name=filters]", String(filters));
  await tab.fill("input[name=batch]", String(batch));
  await tab.fill("input[name=epochs]", String(epochs));
  await tab.fill("input[name=epsilon]", String(epsilon));
  await tab.click("#training button[type=submit]");
  await tab.waitForFunction(
    () => ["result", "problem"].some((id) => document.getElementById(id).textContent !== ""),
    undefined,
    { timeout: 240_000 },
  );
  assert.equal(await tab.textContent("#problem"), "");
  const text = await tab.textContent("#result");
  const [, accuracy, seconds, , runs = "0"] =
    /^([\d.]+) % .* after ([\d.]+) s(; (\d+) parts .*)?\.$/.exec(text) ?? assert.fail(text);
  return {
    runsInThreads: Number(runs),
    accuracy: Number(accuracy),
    seconds: Number(seconds),
    weights: JSON.parse(await tab.getAttribute("#result", "data-weights")),
    guarantee: await tab.textContent("#guarantee"),
  };
}

/** A private training by ONNX Runtime is refused in the page too, and a training that is stopped gives nothing. */
async function refused(tab) {
  await tab.selectOption("select[name=backend]", "onnxruntime-wasm");
  await tab.fill("input[name=epsilon]", "3");
  await tab.click("#training button[type=submit]");
  await tab.waitForFunction(() => document.getElementById("problem").textContent !== "", undefined, {
    timeout: 60_000,
  });
  assert.match(await tab.textContent("#problem"), /ONNX Runtime does not promise/);
  console.log("a private training by ONNX Runtime is refused");

  await tab.selectOption("select[name=backend]", "wasm");
  await tab.fill("input[name=epochs]", "200");
  await tab.click("#training button[type=submit]");
  await tab.waitForFunction(
    () => document.getElementById("status").textContent.startsWith("Step "),
    undefined,
    { timeout: 60_000 },
  );
  await tab.click("#stop");
  assert.match(await tab.textContent("#status"), /^Stopped/);
  assert.equal(await tab.textContent("#result"), "");
  console.log("a training that is stopped gives nothing");
}
