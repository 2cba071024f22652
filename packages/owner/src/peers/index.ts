export { type ConnectPartiesOptions, connectParties, type Party } from "./connect-parties.ts";
export type { Believed } from "./dial-socket.ts";
export { nativeAead } from "./native-aead.ts";
export { nodeTimers } from "./node-timers.ts";
export { attachPeers, listenForPeers, type PeerDoor, type PeerListener, peersPath } from "./peer-door.ts";
