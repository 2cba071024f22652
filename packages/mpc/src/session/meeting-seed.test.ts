import { Secret } from "@unseen/base";
import { expect, test } from "vitest";
import { MeetingSeed } from "./meeting-seed.ts";

const meeting = (byte: number) => new MeetingSeed(Secret.of<Uint8Array>(new Uint8Array(32).fill(byte)));

test("both sides of a meeting take the same seed for a purpose, and another purpose or meeting has another", () => {
  const [mine, theirs] = [meeting(1), meeting(1)];
  const masks = mine.take("masks");
  expect(masks).toHaveLength(32);
  expect(theirs.take("masks")).toEqual(masks);
  expect(mine.take("coins")).not.toEqual(masks);
  expect(meeting(2).take("masks")).not.toEqual(masks);
});

test("a purpose takes its seed once, also if the seed was spoiled since", () => {
  const seed = meeting(1);
  seed.take("masks").fill(0);
  expect(() => seed.take("masks")).toThrow("once");
  expect(() => seed.take("masks")).toThrow("once");
});

test("nothing of the seed is printed or becomes JSON", () => {
  expect(JSON.stringify(meeting(1))).toBe("{}");
  expect(Object.keys(meeting(1))).toEqual([]);
});
