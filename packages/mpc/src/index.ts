export { type Channel, ChannelFailure, type PartyIndex } from "./session/channel.ts";
