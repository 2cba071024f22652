import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { platformEntropy, Secret } from "@unseen/base";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { openHome } from "./home.ts";
import { openTestHome, testHome } from "./home-for-tests.ts";
import { queries } from "./store.ts";

const entropy = platformEntropy(globalThis.crypto);
const token = { only: 1n, hash: new Uint8Array(32) };

test("a home is made once: opened again it has the same node id and keys, and no two homes share any", () => {
  using home = testHome();
  using other = testHome();
  const again = openTestHome(home.directory);
  expect(again.nodeId).toBe(home.nodeId);
  expect(home.nodeId).toMatch(/^node_[0-9a-f]{24}$/);
  const keys = [home, again, other].map(({ keys }) => [keys.session, keys.bounding].map(Secret.reveal));
  again.close();
  expect(keys[1]).toEqual(keys[0]);
  expect(new Set(keys.flat().map(String)).size).toBe(4);
});

test("only the owner's user can read the home", () => {
  using home = testHome();
  const modeOf = (...path: string[]) => (statSync(join(home.directory, ...path)).mode & 0o777).toString(8);
  expect(modeOf("keys")).toBe("700");
  expect(modeOf("data")).toBe("700");
  expect(readdirSync(join(home.directory, "keys")).map((key) => modeOf("keys", key))).toEqual([
    "600",
    "600",
    "600",
  ]);
  for (const file of readdirSync(home.directory).filter((name) => name.startsWith("unseen.sqlite"))) {
    expect(modeOf(file)).toBe("600");
  }
});

test("a home that a crash left half made opens, whatever was missing", () => {
  using home = testHome();
  home.store.close();
  const remains = [
    "unseen.sqlite",
    "data",
    join("keys", "session.key"),
    join("keys", "bounding.key"),
    "keys",
  ];
  for (const missing of remains) {
    rmSync(join(home.directory, missing), { recursive: true });
    openTestHome(home.directory).close();
  }
  writeFileSync(join(home.directory, "unseen.sqlite"), "");
  openTestHome(home.directory).close();
});

test("a home of a newer version, a file that is no database, a key cut short and a path that is a file are refused", () => {
  using home = testHome();
  const refused = (directory: string) => {
    const opened = openHome(directory, { entropy });
    if (opened.ok) opened.value.close();
    return opened.ok ? "opened" : opened.problem.message;
  };
  home.store.close();
  const file = join(home.directory, "unseen.sqlite");
  const database = new Database(file);
  database.exec("insert into schema_versions values (1000)");
  database.close();
  expect(refused(home.directory)).toBe("This home was made by a newer version of Unseen.");

  writeFileSync(file, "this is no database, and it is longer than a header ".repeat(100));
  expect(refused(home.directory)).toBe("The home directory could not be opened or created.");
  expect(refused(file)).toBe("The home directory could not be opened or created.");

  const cut = join(home.directory, "cut");
  mkdirSync(join(cut, "keys"), { recursive: true });
  writeFileSync(join(cut, "keys", "session.key"), "short");
  expect(refused(cut)).toBe("The home directory could not be opened or created.");
});

test("processes that open a fresh home at the same moment all get the same one", async () => {
  using home = testHome();
  const fresh = join(home.directory, "fresh");
  const script = `
    import { openHome } from ${JSON.stringify(new URL("./home.ts", import.meta.url).href)};
    import { platformEntropy, Secret } from ${JSON.stringify(import.meta.resolve("@unseen/base"))};
    const home = openHome(${JSON.stringify(fresh)}, { entropy: platformEntropy(globalThis.crypto) });
    if (!home.ok) throw new Error(JSON.stringify(home.problem));
    console.log(home.value.nodeId, String(Secret.reveal(home.value.keys.session)));`;
  const said = await Promise.all(
    [1, 2, 3].map(async () => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let text = "";
      child.stdout.on("data", (chunk) => {
        text += chunk;
      });
      await once(child, "close");
      return text;
    }),
  );
  expect(said[0]).toContain("node_");
  expect(new Set(said).size).toBe(1);
});

test("work that throws is rolled back, and the store writes on", async () => {
  using home = testHome();
  const broken = home.store.write(() => {
    home.store.all(queries.insertInto("owner_token").values(token));
    throw new Error("a bug");
  });
  await expect(broken).rejects.toThrow("a bug");
  await home.store.write(() => home.store.all(queries.insertInto("owner_token").values(token)));
  expect(home.store.all(queries.selectFrom("owner_token").selectAll())).toHaveLength(1);
});

test("a write waits for another process's lock with the event loop free, and then succeeds", async () => {
  using home = testHome();
  const other = new Database(join(home.directory, "unseen.sqlite"));
  other.exec("begin immediate");
  let turns = 0;
  const turning = setInterval(() => {
    turns += 1;
    if (turns === 4) other.exec("commit");
  }, 1);
  await home.store.write(() => home.store.all(queries.insertInto("owner_token").values(token)));
  clearInterval(turning);
  other.close();
  expect(turns).toBeGreaterThanOrEqual(4);
});

test("a transaction holds the lock before it reads, so nobody can write between its reading and its writing", async () => {
  using home = testHome();
  const other = new Database(join(home.directory, "unseen.sqlite"), { timeout: 0 });
  await home.store.write(() => expect(() => other.exec("begin immediate")).toThrow("database is locked"));
  other.exec("begin immediate");
  other.close();
});
