export { Clear } from "./clear/clear.ts";
export { atOnce, free, inTurn, type Price, times } from "./protocol/price.ts";
export type { MatmulSizes, Protocol, ProtocolPrices } from "./protocol/protocol.ts";
export { Shared, SharedBits } from "./protocol/shared.ts";
export { Replicated, type ReplicatedSeeds } from "./replicated/replicated.ts";
export { type Channel, ChannelFailure, type PartyIndex } from "./session/channel.ts";
export { chachaStream, type SeedStream, type StreamMaker } from "./session/seed-stream.ts";
export {
  type Incoming,
  type NextTurn,
  type Outgoing,
  Session,
  type SessionOptions,
  type Traffic,
} from "./session/session.ts";
