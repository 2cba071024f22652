import { create } from "@bufbuild/protobuf";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { PlainTensor } from "@unseen/program";
import { type Tensor, TensorSchema } from "../gen/unseen/v1/tensor_pb.ts";
import { wireLimits } from "../limits.ts";

export function encodeTensor({ shape, data }: PlainTensor): Tensor {
  return create(TensorSchema, { shape: [...shape], data: Array.from(data) });
}

/** Numbers as they came, NaN and infinities too. The sizes are checked against the numbers before one is copied. */
export function decodeTensor(message: Tensor | undefined): Result<PlainTensor, Problem> {
  if (message === undefined) return err(malformed("a tensor is missing"));
  const { shape, data } = message;
  if (shape.length > wireLimits.tensorAxes)
    return err(malformed(`a tensor has more than ${wireLimits.tensorAxes} axes`));
  if (data.length > wireLimits.tensorElements) {
    return err(
      problem("message-too-large", `a tensor may hold ${wireLimits.tensorElements} numbers and no more`, {
        hint: "send it in parts",
      }),
    );
  }
  // Also beside a size of zero, where the tensor is empty: what counts steps along an axis must not count far.
  if (shape.some((size) => size > wireLimits.tensorElements))
    return err(malformed(`a tensor has an axis of more than ${wireLimits.tensorElements}`));
  if (elements(shape) !== data.length)
    return err(malformed("a tensor does not hold as many numbers as its shape says"));
  return ok({ shape: [...shape], data: Float64Array.from(data) });
}

/** Exact up to 2^53, and past the limit whatever the rounding: eight sizes of 2^22 are far inside a double. */
function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function malformed(what: string): Problem<"message-malformed"> {
  return problem("message-malformed", `the message is not well formed: ${what}`);
}
