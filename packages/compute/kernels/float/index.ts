export { choose, exchange, gather, gatherFours, spreadAxis, sumAxis } from "./elements";
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
export {
  averagePool,
  maxPool,
  maxPoolIndices,
  maxPoolIndicesInside,
  maxPoolInside,
  scatterAdd,
} from "./pools";
