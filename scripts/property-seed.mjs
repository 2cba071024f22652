// Property tests draw the same cases in every run unless asked otherwise, so that what passed keeps passing
// and a failure is found again: UNSEEN_SEED=NUMBER draws others, UNSEEN_SEED=random new ones each time.

import fc from "fast-check";

const given = process.env.UNSEEN_SEED ?? "20261123";
if (given !== "random") fc.configureGlobal({ seed: Number(given) });
