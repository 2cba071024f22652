import fc from "fast-check";
import { expect, test } from "vitest";
import { eventFrom, type PrivacyEvent, parseEvent, parseRelation, printEvent } from "./event.ts";

/** One of each kind, so that a new kind without an example fails to compile. */
const examples: { readonly [Kind in PrivacyEvent["kind"]]: Extract<PrivacyEvent, { kind: Kind }> } = {
  none: { kind: "none" },
  "non-private": { kind: "non-private" },
  gaussian: { kind: "gaussian", noiseMultiplier: 1.3 },
  laplace: { kind: "laplace", noiseMultiplier: 0 },
  "discrete-laplace": { kind: "discrete-laplace", rate: 0.5, sensitivity: 3 },
  "discrete-gaussian": { kind: "discrete-gaussian", sigma: 12, sensitivity: 2 },
  zcdp: { kind: "zcdp", rho: 0.1, xi: 0 },
  "randomized-response": { kind: "randomized-response", noise: 0.5, buckets: 2 },
  exponential: { kind: "exponential", epsilon: 1 },
  "permute-and-flip": { kind: "permute-and-flip", epsilon: 1 },
  "epsilon-delta": { kind: "epsilon-delta", epsilon: 1, delta: 1e-6 },
  "poisson-sampled": {
    kind: "poisson-sampled",
    probability: 0.01,
    event: { kind: "gaussian", noiseMultiplier: 1 },
  },
  "sampled-without-replacement": {
    kind: "sampled-without-replacement",
    sourceSize: 1000,
    sampleSize: 10,
    event: { kind: "gaussian", noiseMultiplier: 1 },
  },
  "sampled-with-replacement": {
    kind: "sampled-with-replacement",
    sourceSize: 10,
    sampleSize: 1000,
    event: { kind: "laplace", noiseMultiplier: 1 },
  },
  "self-composed": { kind: "self-composed", event: { kind: "laplace", noiseMultiplier: 2 }, count: 4 },
  composed: { kind: "composed", events: [{ kind: "none" }, { kind: "zcdp", rho: 1, xi: 0 }] },
  "single-epoch-tree": { kind: "single-epoch-tree", noiseMultiplier: 8.83, stepCounts: [1600, 3] },
  "repeat-and-select": {
    kind: "repeat-and-select",
    event: { kind: "gaussian", noiseMultiplier: 1 },
    mean: 8,
    shape: "poisson",
  },
  "mixture-of-gaussians": {
    kind: "mixture-of-gaussians",
    sigma: 1,
    sensitivities: [0, 1],
    probabilities: [0.5, 0.5],
  },
  "truncated-poisson-gaussian": {
    kind: "truncated-poisson-gaussian",
    datasetSize: 1000,
    probability: 0.01,
    batchSize: 20,
    noiseMultiplier: 1,
  },
};

test("every kind of event comes back from its text as it went in", () => {
  for (const event of Object.values(examples)) {
    expect(parseEvent(printEvent(event))).toEqual({ ok: true, value: event });
  }
});

test("equal events print alike, whatever order their fields were written in", () => {
  const swapped = JSON.parse('{"count":2,"event":{"epsilon":1,"kind":"exponential"},"kind":"self-composed"}');
  expect(printEvent(swapped)).toBe(
    '{"kind":"self-composed","event":{"kind":"exponential","epsilon":1},"count":2}',
  );
});

test.each([
  ["not JSON", "{", "event"],
  ["an unknown kind", '{"kind":"magic"}', "event"],
  ["a kind that is a method of every object", '{"kind":"toString"}', "event"],
  ["a missing field", '{"kind":"gaussian"}', "event.noiseMultiplier"],
  ["negative noise", '{"kind":"gaussian","noiseMultiplier":-1}', "event.noiseMultiplier"],
  ["infinite noise", '{"kind":"gaussian","noiseMultiplier":1e999}', "event.noiseMultiplier"],
  ["noise as text", '{"kind":"gaussian","noiseMultiplier":"1"}', "event.noiseMultiplier"],
  ["a stray field", '{"kind":"none","sigma":1}', "event"],
  [
    "a probability above one",
    '{"kind":"poisson-sampled","probability":2,"event":{"kind":"none"}}',
    "event.probability",
  ],
  ["half a composition", '{"kind":"self-composed","count":1.5,"event":{"kind":"none"}}', "event.count"],
  [
    "a bad event inside",
    '{"kind":"composed","events":[{"kind":"none"},{"kind":"zcdp","rho":-1,"xi":0}]}',
    "event.events[1].rho",
  ],
  [
    "a sample above its source",
    '{"kind":"sampled-without-replacement","sourceSize":2,"sampleSize":3,"event":{"kind":"none"}}',
    "event.sampleSize",
  ],
  [
    "mixture weights that miss one",
    '{"kind":"mixture-of-gaussians","sigma":1,"sensitivities":[1],"probabilities":[0.5]}',
    "event.probabilities",
  ],
])("%s is refused at its place", (_, text, path) => {
  expect(parseEvent(text)).toMatchObject({ ok: false, problem: { code: "event-malformed", path } });
});

test("NaN is refused in every numeric field of every kind", () => {
  for (const event of Object.values(examples)) {
    for (const [name, value] of Object.entries(event)) {
      if (typeof value === "number") expect(eventFrom({ ...event, [name]: Number.NaN }).ok).toBe(false);
    }
  }
});

test("text nested without end is refused and does not exhaust the stack", () => {
  const deep = `${'{"kind":"self-composed","count":1,"event":'.repeat(5000)}{"kind":"none"}${"}".repeat(5000)}`;
  expect(parseEvent(deep).ok).toBe(false);
});

test("no text makes the parser throw", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => typeof parseEvent(text).ok === "boolean"),
  );
});

test("a relation is one of three words", () => {
  expect(parseRelation("replace-one")).toBe("replace-one");
  expect(parseRelation("add_or_remove_one")).toBeUndefined();
});
