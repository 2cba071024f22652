export { type AgreedParties, agreeOnParties } from "./agree-on-parties.ts";
export { computeOnShares, type SharesPorts } from "./compute-on-shares.ts";
export { ComputingRoom } from "./computing-room.ts";
export { HeldShares } from "./held-shares.ts";
export { priceOfShares } from "./price-of-shares.ts";
