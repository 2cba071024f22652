// The transcript of the talk "Privacy Preserving AI", as it runs. Owners are started first, each a
// process of its own with its part of the real diabetes data; all after that is what a researcher types.
//
//   npm run examples

import assert from "node:assert/strict";
import { CannotRequestPrivateData, GridClient, tensor, VirtualWorker } from "unseen";
import { openHospitals } from "../packages/cli/src/demo/hospitals.ts";

await using hospitals = await openHospitals();
const { url } = hospitals.all[0];
const { password } = hospitals;

// Tool 1: remote execution
const clinic = new VirtualWorker({ id: "May Clinic" });
const x = await tensor([1, 3, 4, 5]).send(clinic);
shows(String(x), /^\(Wrapper\)>\[PointerTensor \| me:\d{11} -> May Clinic:\d{11}\]$/);
const y = x.add(x);
shows(String(await y.get()), "tensor([ 2, 6, 8, 10 ])");

// Tool 2: search and example data
const grid = await GridClient.connect({ url, username: "atrask", password });
const found = await grid.search("#diabetes");
shows(
  String(found),
  "Found 1 results in total.\n\nTag Profile:\n\t#diabetes found 1\n\t#data found 1\n\t#medical found 1",
);
const dataset = found[0];
assert(dataset !== undefined);
shows(dataset.description, /^Ten baseline measurements of diabetes patients/);
shows(JSON.stringify(dataset.shape), '["100 to 1000",11]');
shows(dataset.columns.join(", "), "age, sex, bmi, bp, s1, s2, s3, s4, s5, s6, progression");
shows(dataset.tags.join(", "), "#diabetes, #data, #medical");
shows(String(await dataset.sample()), /^mock rows written by the owner: these are not real rows\n/);

// Tool 3: privacy at the boundary
await dataset.get().then(
  () => assert.fail("the rows must not come"),
  (refusal: unknown) => {
    assert(refusal instanceof CannotRequestPrivateData);
    shows(
      String(refusal),
      /^CannotRequestPrivateData: All rows of diabetes were asked for\..*Would be answered: /s,
    );
  },
);
const bp = dataset.column("bp");
shows(String(await bp.mean().price({ epsilon: 0.5 })), /^costs epsilon 0\.5 .*\nexpected ± \S+ \(95 %\)/);
const answer = await bp.mean().get({ epsilon: 0.5 });
shows(String(answer), /^\S+ ± \S+ \(95 %\); spent epsilon 0\.5, epsilon 9\.5 and delta 5e-7 remaining$/);
shows(answer.receipt.questionHash, /^[0-9a-f]{64}$/);
shows(answer.guarantee, /^Adding or removing one person \(patient_id names the person/);
const both = await dataset.columns("bmi", "bp").mean(0).get(0.5);
shows(String(both), /^\[\S+, \S+\] ± \[\S+, \S+\] \(95 %\); spent epsilon 0\.5, epsilon 9 and/);

/** Prints a result and holds it against what the transcript shows; numbers that noise changes are patterns. */
function shows(printed: string, expected: string | RegExp): void {
  console.log(printed);
  if (typeof expected === "string") assert.equal(printed, expected);
  else assert.match(printed, expected);
}
