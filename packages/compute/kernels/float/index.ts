export { choose, spreadAxis, sumAxis, transpose } from "./elements";
export { addWindows, windowsOf } from "./images";
export { addProduct, packB } from "./multiply";
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
