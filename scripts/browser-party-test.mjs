// One of three parties is a tab of the distribution's Chromium; the other two are under Node, behind certificates for
// browsers. Prints a line for each thing seen to hold; any failure ends with a non-zero exit code.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer as createTlsServer } from "node:https";
import { connect, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { platformEntropy } from "@unseen/base";
import { freshIdentity } from "@unseen/crypto";
import { attachPeers, connectParties } from "@unseen/owner";
import { chromium } from "playwright-core";
import { build } from "vite";
import { computeTogether } from "./browser-party/compute-together.ts";
import { servePage } from "./serve-page.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const fixture = (name) => readFile(join(root, "packages/owner/fixtures", name), "utf8");
const entropy = platformEntropy(globalThis.crypto);
const closing = [];

try {
  const tab = await openTab(await buildAndServe());
  const hosts = [await openHost(), await openHost()];
  const computationId = new Uint8Array(randomBytes(32));
  const fingerprint = await tab.evaluate(() => globalThis.fingerprint);
  const parties = [
    ...hosts.map(({ identity, url }) => ({ fingerprint: identity.fingerprint, url })),
    { fingerprint },
  ];
  const inTab = tab.evaluate((told) => globalThis.takePart(told), {
    parties,
    computationId: [...computationId],
  });
  const [met, seen] = await Promise.all([meet(hosts, parties, computationId), inTab]);

  assert.deepEqual(seen.seeds, met.seeds);
  console.log("a tab shares a seed with each of two parties under Node");
  const products = ["2", "200", "25", "1", "1", "0"];
  assert.deepEqual(seen.computed, products);
  assert.deepEqual(met.computed, [products, products]);
  console.log("products and a comparison on shares come out alike in the tab and under Node");
  assert.equal(seen.echoed, 8);
  console.log("messages of 0 bytes to 64 MiB go through whole and in order, both ways");
  assert.equal(seen.overCuts, 40);
  assert.ok(met.cuts > 0);
  console.log(`the connection was cut ${met.cuts} times while messages went round, and all arrived once`);
  assert.deepEqual(seen.tooLong, { kind: "too-large", party: 0 });
  console.log("a message longer than the tab takes fails, with the party named");
  assert.match(met.farewell, /party 2 closed the channel: the tab has seen enough/);
  console.log("the tab's end reaches the party under Node");
  console.log(`1 KiB there and back, tab to Node, sealed: ${seen.roundTripMs.toFixed(2)} ms`);
} finally {
  for (const close of closing.reverse()) await close();
}

/** Two parties under Node that give back what the tab sends. */
async function meet(hosts, parties, computationId) {
  const ca = await fixture("localhost-for-tests.pem");
  const believed = { by: "authorities", authorities: ca };
  const all = await Promise.all(
    hosts.map(({ identity, door }, me) =>
      connectParties({
        identity,
        parties: parties.map((party) => ({ ...party, believed })),
        me,
        computationId,
        computationHash: new Uint8Array(32),
        entropy,
        door,
        deadlines: { silenceMs: 60_000, resumeMs: 10_000 },
      }),
    ),
  );
  const tabs = all.map((one) => {
    assert.ok(one.ok, one.problem?.message);
    return one.value.get(2);
  });
  const computed = await Promise.all(all.map((one, me) => computeTogether(me, one.value)));
  let cuts = 0;
  const [, farewell] = await Promise.all([
    giveBack(tabs[0].channel, 8).then(async () => {
      await tabs[0].channel.receive(1);
      tabs[0].channel.send(new Uint8Array(101));
    }),
    giveBack(tabs[1].channel, Number.POSITIVE_INFINITY, (count) => {
      if (count < 205 || count % 10 !== 5) return;
      cuts += 1;
      hosts[1].cut();
    }),
  ]);
  return { seeds: tabs.map(({ seed }) => [...seed.take("a test")]), computed, cuts, farewell };
}

async function giveBack(channel, most, told = () => {}) {
  try {
    for (let count = 1; count <= most; count += 1) {
      channel.send(await channel.receive(2 ** 26));
      told(count);
    }
  } catch (failure) {
    return failure.message;
  }
}

/** A party's server, behind a wire that can be cut. */
async function openHost() {
  const [cert, key] = await Promise.all([
    fixture("localhost-for-tests.pem"),
    fixture("localhost-for-tests-key.pem"),
  ]);
  const server = createTlsServer({ cert, key });
  const door = attachPeers(server);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const sockets = new Set();
  const wire = createTcpServer((client) => {
    const behind = connect(server.address().port, "127.0.0.1");
    for (const [from, to] of [
      [client, behind],
      [behind, client],
    ]) {
      sockets.add(from);
      from.setNoDelay(true);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
  });
  await new Promise((resolve) => wire.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  closing.push(() => {
    cut();
    door.close();
    server.close();
    wire.close();
  });
  const url = `wss://localhost:${wire.address().port}/peers`;
  return { identity: freshIdentity(entropy), door, url, cut };
}

async function buildAndServe() {
  const directory = await mkdtemp(join(tmpdir(), "unseen-party-"));
  closing.push(() => rm(directory, { recursive: true, force: true }));
  await build({
    root: join(root, "scripts/browser-party"),
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["unseen-source", "module", "browser", "import"] },
    build: { outDir: directory, emptyOutDir: true },
  });
  const page = await servePage(directory);
  closing.push(page.close);
  return page.url;
}

async function openTab(page) {
  const executablePath = process.env.UNSEEN_CHROMIUM ?? "/usr/bin/chromium";
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
  ];
  const browser = await chromium.launch({ executablePath, args });
  closing.push(() => browser.close());
  // The certificate of the tests is nobody's; the handshake does not rest on it.
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const tab = await context.newPage();
  tab.on("pageerror", (error) => console.error(String(error)));
  await tab.goto(page);
  await tab.waitForFunction(() => globalThis.fingerprint !== undefined);
  return tab;
}
