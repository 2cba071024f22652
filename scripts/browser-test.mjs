// Drives examples/browser in the distribution's Chromium against a real owner node on another origin.
// Prints a line for each thing seen to hold; any failure ends with a non-zero exit code.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { platformEntropy } from "@unseen/base";
import { openOwner, ownerAtTheMachine, serveNode } from "@unseen/owner";
import { parseCard } from "@unseen/program";
import { chromium } from "playwright-core";
import { build } from "vite";
import { servePage } from "./serve-page.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const password = "a long enough password";
const directory = await mkdtemp(join(tmpdir(), "unseen-browser-"));
const closing = [() => rm(directory, { recursive: true, force: true })];
try {
  await buildPage();
  const page = await servePage(join(directory, "page"));
  closing.push(page.close);
  const node = await openNode(page.url);
  await drive(page.url, node);
  console.log("The browser asked an owner node on another origin, was refused the rows, and got its answer.");
} finally {
  for (const close of closing.reverse()) await close();
}

async function buildPage() {
  await build({
    root: join(root, "examples/browser"),
    logLevel: "error",
    build: { outDir: join(directory, "page"), emptyOutDir: true },
  });
}

async function openNode(origin) {
  const clock = { nowMs: () => Date.now() };
  const entropy = platformEntropy(globalThis.crypto);
  const owner = whole(await openOwner({ home: join(directory, "home"), name: "May Clinic", clock, entropy }));
  closing.push(() => owner.close());
  const card = JSON.parse(await readFile(join(root, "examples/cards/diabetes.json"), "utf8"));
  whole(await owner.addDataset(join(root, "datasets/diabetes.csv"), whole(parseCard(card))));
  whole(await owner.accounts.add(ownerAtTheMachine(), { name: "atrask", password, role: "researcher" }));
  const serving = whole(
    await serveNode(owner.node, { host: "127.0.0.1", port: 0, allowedOrigins: [origin] }),
  );
  closing.push(() => serving.close());
  return serving.url;
}

async function drive(page, node) {
  const flags = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  const executablePath = process.env.UNSEEN_CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: flags });
  closing.push(() => browser.close());
  const tab = await browser.newPage({ viewport: { width: 1000, height: 1000 } });
  await tab.goto(page);
  await tab.fill("input[name=url]", node);
  await tab.fill("input[name=username]", "atrask");
  await tab.fill("input[name=password]", "not the password");
  await tab.click("#sign-in button");
  await tab.waitForFunction(() => document.getElementById("problem").textContent !== "");
  assert.match(await tab.textContent("#problem"), /^sign-in-failed/);
  console.log("a wrong password is told in one sentence");

  await tab.fill("input[name=password]", password);
  await tab.click("#sign-in button");
  await tab.waitForSelector("#dataset:not([hidden])");
  assert.match(await tab.textContent("#found"), /Found 1 results in total\./);
  await tab.waitForFunction(() => document.getElementById("sample").textContent.includes("not real rows"));
  console.log("search and sample show what may be shown");

  await tab.click("#take");
  await tab.waitForFunction(() => document.getElementById("refusal").textContent !== "");
  assert.match(await tab.textContent("#refusal"), /CannotRequestPrivateData/);
  console.log("the rows are refused");

  await tab.selectOption("select[name=column]", "bp");
  await tab.click("#question button");
  await tab.waitForFunction(() => document.getElementById("answer").textContent !== "");
  const answer = await tab.textContent("#answer");
  const [, value, plusMinus] =
    /^(\S+) ± (\S+) \(95 %\); spent epsilon 0\.5/.exec(answer) ?? assert.fail(answer);
  const rows = (await readFile(join(root, "datasets/diabetes.csv"), "utf8")).trimEnd().split("\n").slice(1);
  const truth = rows.reduce((sum, row) => sum + Number(row.split(",")[4]), 0) / rows.length;
  // Ten half-widths: a right node fails once in 10^12 runs.
  assert.ok(Math.abs(Number(value) - truth) <= 10 * Number(plusMinus), answer);
  console.log("a mean is answered");
  if (process.env.UNSEEN_SCREENSHOT)
    await tab.screenshot({ path: process.env.UNSEEN_SCREENSHOT, fullPage: true });

  const stranger = await browser.newPage();
  await stranger.goto(`${page.replace("127.0.0.1", "localhost")}/`);
  const outcome = await stranger.evaluate(
    (url) =>
      fetch(`${url}/unseen.v1.GridService/Hello`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
      }).then(
        () => "answered",
        () => "blocked",
      ),
    node,
  );
  assert.equal(outcome, "blocked");
  console.log("a page of an origin that the owner did not name gets nothing");
}

function whole(result) {
  assert.ok(result.ok, result.problem?.message);
  return result.value;
}
