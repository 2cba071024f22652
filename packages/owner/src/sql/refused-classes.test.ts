import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { translateSql } from "./index.ts";
import { refusedClasses } from "./refused-classes-for-tests.ts";
import { clinicDatasets } from "./sql-for-tests.ts";

const classes = Object.entries(refusedClasses);
const asked = classes.flatMap(([reason, one]) => ("sql" in one ? [{ reason, ...one }] : []));
const impossible = classes.flatMap(([reason, one]) => ("cannot" in one ? [{ reason, ...one }] : []));

test.each(asked)("$sql is refused in our own words ($reason)", async ({ sql, told, reason }) => {
  const refused = await translateSql(clinicDatasets, sql);
  expect(refused.ok, sql).toBe(false);
  if (refused.ok) return;
  expect(refused.problem.message).toMatch(told);
  expect(refused.problem.message).not.toMatch(/\n|undefined|\[object/);
  expect(refused.problem.message).not.toContain(reason);
  // Whoever is refused is told what works; where the text is no SQL at all, the place is what helps.
  if (refused.problem.code !== "sql-malformed") expect(refused.problem.hint).toBeTruthy();
});

test("each of the 93 reasons is asked in our dialect, or stands with why it cannot be", () => {
  expect(classes.length).toBe(93);
  expect(asked.length + impossible.length).toBe(93);
  expect(new Set(asked.map(({ sql }) => sql)).size).toBe(asked.length);
  expect({ asked: asked.length, impossible: impossible.length }).toEqual({ asked: 74, impossible: 19 });
  for (const { cannot } of impossible) expect(cannot.length).toBeGreaterThan(40);
});

const source = new URL("../../fixtures/zetasql-dp-refusals.json", import.meta.url);
test("the reasons are the source's, word for word", () => {
  const { refusal_reasons: reasons } = JSON.parse(readFileSync(source, "utf8")) as {
    readonly refusal_reasons: readonly { readonly message: string }[];
  };
  expect(classes.map(([reason]) => reason).toSorted()).toEqual(
    reasons.map(({ message }) => message).toSorted(),
  );
});
