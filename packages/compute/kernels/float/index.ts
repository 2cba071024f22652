export { choose, exchange, gather, spreadAxis, sumAxis } from "./elements";
export { addWindows, windowsOf } from "./images";
export { packB, product, rowProduct } from "./multiply";
export {
  add,
  div,
  greatest,
  isEqual,
  isGreater,
  isGreaterOrEqual,
  least,
  mul,
  splat,
  sub,
} from "./pairs";
export { averagePool, maxPool, maxPoolIndices, scatterAdd } from "./pools";
