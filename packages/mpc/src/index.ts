export { Clear } from "./clear/clear.ts";
export { evaluateOnShares, usualFractionBits } from "./evaluate/evaluate-on-shares.ts";
export { priceOnShares, type SharedInput } from "./evaluate/price-on-shares.ts";
export type { PublicTensor, SecretTensor, SharesValue } from "./evaluate/values.ts";
export {
  dotOfRuns,
  dotOfRunsPrice,
  meanGuarantee,
  meanOfRuns,
  meanOfRunsPrice,
  varianceGuarantee,
  varianceOfRuns,
  varianceOfRunsPrice,
} from "./functions/averages.ts";
export { compare, comparePrice, type Operand, type Relation } from "./functions/compare.ts";
export { exponential, exponentialGuarantee, exponentialPrice } from "./functions/exponential.ts";
export {
  constant,
  decode,
  encode,
  type FixedPoint,
  fixedPoint,
  greatestOf,
  stepOf,
  type Unencodable,
  widthOf,
} from "./functions/fixed-point.ts";
export { floorDivide, floorDividePrice } from "./functions/floor-divide.ts";
export {
  type End,
  endOfRuns,
  endOfRunsPrice,
  placeOfEnd,
  placeOfEndPrice,
  poolGreatest,
} from "./functions/greatest-of-runs.ts";
export type { Guarantee } from "./functions/guarantee.ts";
export { logarithm, logarithmGuarantee, logarithmPrice } from "./functions/logarithm.ts";
export { oneHot, oneHotPrice } from "./functions/one-hot.ts";
export {
  abs,
  clip,
  clipPrice,
  extremePrice,
  maximum,
  minimum,
  relu,
  reluPrice,
  signOf,
  signOfPrice,
} from "./functions/pieces.ts";
export { polynomial, polynomialPrice } from "./functions/polynomial.ts";
export { power, powerGuarantee, powerPrice } from "./functions/power.ts";
export {
  divide,
  divideGuarantee,
  dividePrice,
  reciprocal,
  reciprocalGuarantee,
  reciprocalPrice,
} from "./functions/reciprocal.ts";
export {
  inverseSqrt,
  inverseSqrtGuarantee,
  sqrt,
  sqrtGuarantee,
  sqrtPrice,
} from "./functions/roots.ts";
export { select, selectByNumber, selectPrice } from "./functions/select.ts";
export { sigmoid, sigmoidGuarantee, sigmoidPrice, tanh, tanhPrice } from "./functions/sigmoid.ts";
export { softmax, softmaxGuarantee, softmaxPrice } from "./functions/softmax.ts";
export { sortRuns, sortRunsPrice } from "./functions/sort.ts";
export { Cheated } from "./malicious/cheated.ts";
export { Verified } from "./malicious/verified.ts";
export { verifiedPrices } from "./malicious/verified-prices.ts";
export { atOnce, free, inTurn, type Price, times, type Unchecked } from "./protocol/price.ts";
export type { Protocol, ProtocolPrices } from "./protocol/protocol.ts";
export { Shared, SharedBits } from "./protocol/shared.ts";
export type { ShufflingProtocol } from "./protocol/shuffling.ts";
export { type PairSeeds, Provided } from "./provider/provided.ts";
export { providedPrices } from "./provider/provided-prices.ts";
export { Replicated, type ReplicatedSeeds } from "./replicated/replicated.ts";
export { replicatedPrices } from "./replicated/replicated-prices.ts";
export { type Channel, ChannelFailure, type PartyIndex } from "./session/channel.ts";
export { agreedComputation, type Computation } from "./session/computation.ts";
export { type Connection, connect, type Peers, type Way } from "./session/connect.ts";
export type { Dial } from "./session/dial-peer.ts";
export { Door, type Stranger } from "./session/door.ts";
export { frameBytesAtMost } from "./session/frame.ts";
export type { Binding } from "./session/handshake.ts";
export { Arrivals, blockOf, type Link, type LinkFault, type LinkListener, linkRoom } from "./session/link.ts";
export { MeetingSeed } from "./session/meeting-seed.ts";
export { type Deadlines, defaultDeadlines, type Peer, type Surroundings } from "./session/met.ts";
export { memoryChannels, portChannel } from "./session/plain-channels.ts";
export type { Port } from "./session/port-link.ts";
export { chachaStream, type SeedStream, type StreamMaker, takeSeed } from "./session/seed-stream.ts";
export {
  type Incoming,
  type NextTurn,
  type Outgoing,
  Session,
  type SessionOptions,
  type Traffic,
} from "./session/session.ts";
export type { Timers } from "./session/timers.ts";
export { maskedSummand, type PairStreams, type SumBits, sumOfMasked } from "./sums/masked-summand.ts";
