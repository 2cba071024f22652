import fc from "fast-check";
import { expect, test } from "vitest";
import { addressText, connectionOf, parsePostgresAddress } from "./postgres-address.ts";

const read = (text: string) => {
  const address = parsePostgresAddress(text, ["schema"]);
  if (!address.ok) throw new Error(address.problem.message);
  return address.value;
};
const refused = (text: string) => parsePostgresAddress(text, ["schema"]);

test("an address says where a database is, and is kept as one text", () => {
  const address = read("postgresql://unseen%40x@db.example:5433/clinic?schema=ward");
  expect(address).toMatchObject({
    host: "db.example",
    port: 5433,
    user: "unseen@x",
    database: "clinic",
    more: new Map([["schema", "ward"]]),
  });
  expect(addressText(address)).toBe(
    "postgres://unseen%40x@db.example:5433/clinic?sslmode=verify-full&schema=ward",
  );
});

test("beyond this machine the connection is TLS with a checked certificate, unless the address says otherwise", () => {
  const tlsOf = (text: string) => connectionOf(read(text)).ssl;
  const isChecked = { rejectUnauthorized: true };
  expect(tlsOf("postgres://db.example/a")).toEqual(isChecked);
  expect(tlsOf("postgres://10.0.0.1/a")).toEqual(isChecked);
  expect(tlsOf("postgres://localhost/a?sslmode=verify-full")).toEqual(isChecked);
  expect(tlsOf("postgres://localhost/a")).toBe(false);
  expect(tlsOf("postgres://[::1]/a")).toBe(false);
  expect(tlsOf("postgres://localhost/a?host=%2Fvar%2Frun%2Fpostgresql")).toBe(false);
  expect(tlsOf("postgres://db.example/a?sslmode=disable")).toBe(false);
  for (const mode of ["prefer", "require", "verify-ca", "no-verify", "allow"])
    expect(refused(`postgres://db.example/a?sslmode=${mode}`)).toMatchObject({ ok: false });
  // The host of the parameter is the one that is asked.
  expect(tlsOf("postgres://localhost/a?host=db.example")).toEqual(isChecked);
});

test("an address with a password or with settings of the session is refused, and never repeated", () => {
  const asked = [
    "postgres://unseen:hunter2@db.example/a",
    "postgres://unseen@db.example/a?password=hunter2",
    "postgres://unseen@db.example/a?options=-c%20synchronous_commit%3Doff&x=hunter2",
    "postgres://unseen@db.example/a?sslmode=disable&sslmode=verify-full&x=hunter2",
    "postgres://hunter2@db.example/",
    "postgres:///hunter2",
    "mysql://hunter2@db.example/a",
    "hunter2",
    "postgres://%zz-hunter2@db.example/a",
  ];
  for (const text of asked) {
    const told = refused(text);
    expect(told, text).toMatchObject({ ok: false, problem: { code: "database-address-invalid" } });
    expect(JSON.stringify(told)).not.toContain("hunter2");
  }
});

test("what is kept reads as the same address, and random text never throws", () => {
  fc.assert(
    fc.property(fc.webUrl(), fc.string(), fc.string(), (url, user, database) => {
      const text = `${url.replace(/^https?/, "postgres")}`;
      for (const one of [text, `postgres://${encodeURIComponent(user)}@h/${encodeURIComponent(database)}`]) {
        const address = parsePostgresAddress(one, ["schema"]);
        if (address.ok) expect(read(addressText(address.value))).toEqual(address.value);
      }
      parsePostgresAddress(user, []);
    }),
  );
});
