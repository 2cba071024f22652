export { type AgreedParties, agreeOnParties, notAllowed } from "./agree-on-parties.ts";
export { computeOnShares, type SharesPorts } from "./compute-on-shares.ts";
export { ComputingRoom } from "./computing-room.ts";
export { HeldShares } from "./held-shares.ts";
export { openProtocol, summandStreams } from "./open-protocol.ts";
export { priceOfShares } from "./price-of-shares.ts";
export type { Provenance } from "./provenance.ts";
export { type SharingPorts, shareColumns } from "./share-columns.ts";
