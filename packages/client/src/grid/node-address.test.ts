import { expect, test } from "vitest";
import { GridClient } from "./grid-client.ts";
import { parseNodeAddress } from "./node-address.ts";

test("https goes anywhere, and http stays on this machine", () => {
  const addresses = [
    ["https://hospital.example:7700/", "https://hospital.example:7700"],
    ["https://hospital.example/node/", "https://hospital.example/node"],
    ["http://localhost:7700", "http://localhost:7700"],
    ["http://node.localhost:7700", "http://node.localhost:7700"],
    ["http://127.0.0.1:7700", "http://127.0.0.1:7700"],
    ["http://127.1:7700", "http://127.0.0.1:7700"],
    ["http://[::1]:7700", "http://[::1]:7700"],
  ] as const;
  for (const [given, read] of addresses) expect(parseNodeAddress(given)).toEqual({ ok: true, value: read });
});

test("an address to which a password would travel in clear is refused, however it is dressed", () => {
  const addresses = [
    "http://hospital.example",
    "http://localhost.example",
    "http://127.0.0.1.example",
    "http://192.168.0.1",
    "http://0.0.0.0:7700",
    "http://[::]:7700",
    "http://xlocalhost",
    "http://localhost@hospital.example",
    "http://user:word@localhost",
    "ftp://localhost",
    "localhost:7700",
    "//localhost",
    "",
  ];
  for (const address of addresses)
    expect(parseNodeAddress(address)).toMatchObject({ ok: false, problem: { code: "insecure-address" } });
});

test("nothing is sent to an insecure address, and a password in it is not repeated", async () => {
  let calls = 0;
  const fetch = async () => {
    calls += 1;
    return new Response();
  };
  const asker = { username: "a", password: "b", fetch };
  const refused = GridClient.connect({ ...asker, urls: ["https://one.example", "http://two.example"] });
  await expect(refused).rejects.toMatchObject({ code: "insecure-address" });
  const worded = GridClient.connect({ ...asker, url: "https://me:hunter2@one.example" });
  await expect(worded).rejects.toThrow(expect.not.stringContaining("hunter2") as unknown as Error);
  expect(calls).toBe(0);
});
