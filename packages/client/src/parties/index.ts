// `unseen/parties`: apart from `unseen`, because a page that only asks does not need the curves.

export {
  type Fingerprint,
  freshIdentity,
  type Identity,
  identityFrom,
  parseFingerprint,
} from "@unseen/crypto";
export {
  type Channel,
  ChannelFailure,
  type Deadlines,
  type PartyIndex,
  type Peer,
  type Peers,
} from "@unseen/mpc";
export { type ConnectPartiesOptions, connectParties } from "./connect-parties.ts";
