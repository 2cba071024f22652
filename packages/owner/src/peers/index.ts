export { type AllowedPeer, AllowedPeers, type PeerList } from "./allowed-peers.ts";
export { type ConnectPartiesOptions, connectParties, type Party } from "./connect-parties.ts";
export type { Believed } from "./dial-socket.ts";
export {
  type Gathering,
  type MeetPeers,
  meetOverTls,
  type PartyPorts,
  partyFailed,
} from "./meet-peers.ts";
export { nativeAead } from "./native-aead.ts";
export { nodeTimers } from "./node-timers.ts";
export { attachPeers, listenForPeers, type PeerDoor, type PeerListener, peersPath } from "./peer-door.ts";
