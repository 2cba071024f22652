import { readFileSync } from "node:fs";
import { problemCodes } from "@unseen/base";
import { expect, test } from "vitest";

const page = readFileSync(new URL("../../../../docs/problems.md", import.meta.url), "utf8");
const entries = page.split(/^### /m).slice(1);

test("the codes and the entries of docs/problems.md are one list", () => {
  const documented = entries.map((entry) => entry.split("\n")[0]);
  expect(documented).toEqual([...problemCodes]);
});

test("each entry has a cause and a cure", () => {
  for (const entry of entries) {
    const [code, ...lines] = entry.split(/^## /m)[0]!.trim().split(/\n+/);
    expect(lines.length, code).toBe(2);
    expect(lines[0], code).toMatch(/^[A-Z].{20,}\.$/);
    expect(lines[1], code).toMatch(/^Cure: .{20,}\.$/);
  }
});
