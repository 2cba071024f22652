import { err, ok, type Problem, type Result } from "@unseen/base";
import { doesNotFit, resolveAxis, type Shape } from "../shape/shape.ts";
import { aroundAxis, sizeOf } from "../tensor/plain-tensor.ts";
import type { Attributes, Operation } from "./operation.ts";
import { type Rearrangement, rearrange, rearrangeFacts } from "./rearrange.ts";
import { noRule, turnedRows } from "./refusals.ts";

/** From `start` up to and without `end` along one axis, every `step`-th (at least 1). Negative ends count from the back. */
export const slice: Operation = {
  name: "Slice",
  inputs: [1, 1],
  attributes: {
    axis: { kind: "integer", default: 0 },
    start: { kind: "integer", default: 0 },
    end: { kind: "integer", default: Number.MAX_SAFE_INTEGER },
    step: { kind: "integer", default: 1 },
  },
  shape: ([x], attributes) => {
    const axis = resolveAxis(attributes.axis as number, x!.length);
    if (!axis.ok) return axis;
    if (x![axis.value] === "rows") return err(pointsAtRows("Slice"));
    const taken = span(x![axis.value] as number, attributes);
    return taken.ok ? ok(x!.map((size, at) => (at === axis.value ? taken.value.length : size))) : taken;
  },
  plain: ([x], attributes) => rearrange(x!, sliced(x!.shape, attributes, 0)),
  sensitivity: {
    rowByRow: ([x], attributes) =>
      ok(rearrangeFacts(x!, sliced(x!.kind === "rows" ? x!.shape : [], attributes, 1))),
    lower: (lowering, [x], attributes) => {
      if (x!.rowAxis !== 0) return err(turnedRows("Slice"));
      const axis = resolveAxis(attributes.axis as number, x!.shape.length);
      return axis.ok ? lowering.rowByRow("Slice", [x!], { ...attributes, axis: axis.value }) : axis;
    },
  },
};

/** Nobody outside knows the rows or their order, so nobody can point at one. */
export function pointsAtRows(operation: string): Problem<"no-rule"> {
  return noRule(
    operation,
    "it would point at single rows, which are people",
    "choose by what the rows say: where(x.greater(t), y, 0)",
  );
}

function steps(size: number, attributes: Attributes): Result<readonly number[], Problem> {
  const taken = span(size, attributes);
  if (!taken.ok) return taken;
  const { start, step, length } = taken.value;
  return ok(Array.from({ length }, (_, at) => start + at * step));
}

type Span = { readonly start: number; readonly step: number; readonly length: number };

/** Counts and lists nothing: a short message may slice a long axis many times over. */
function span(size: number, attributes: Attributes): Result<Span, Problem> {
  const step = attributes.step as number;
  if (step < 1) return err(doesNotFit(`a slice steps forward by at least 1, not ${step}`));
  const place = (end: number) => Math.min(Math.max(end < 0 ? end + size : end, 0), size);
  const [start, end] = [place(attributes.start as number), place(attributes.end as number)];
  return ok({ start, step, length: Math.max(0, Math.ceil((end - start) / step)) });
}

/** The places that a slice takes; `rowAxes` leading axes are not there in one row. */
function sliced(shape: Shape, attributes: Attributes, rowAxes: number): Rearrangement {
  const sizes = shape as readonly number[];
  const resolved = resolveAxis(attributes.axis as number, sizes.length + rowAxes);
  const axis = (resolved.ok ? resolved.value : 0) - rowAxes;
  const taken = steps(sizes[axis]!, attributes);
  return takenAlong(sizes, axis, taken.ok ? taken.value : []);
}

/** The rearrangement that keeps the given steps along one axis, in the order given. */
export function takenAlong(shape: readonly number[], axis: number, taken: readonly number[]): Rearrangement {
  const { outer, size, inner } = aroundAxis(shape, axis);
  const target = shape.map((length, at) => (at === axis ? taken.length : length));
  const places = new Int32Array(sizeOf(target));
  let at = 0;
  for (let block = 0; block < outer; block++) {
    for (const step of taken) {
      for (let within = 0; within < inner; within++) places[at++] = (block * size + step) * inner + within;
    }
  }
  return { shape: target, places };
}
