/** Square windows over images [channels, height, width]. */
export type Windows = {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly kernel: number;
  readonly stride: number;
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  readonly results: readonly [number, number];
};

/** Undefined where no window fits. */
export function windowsOf(
  shape: readonly number[],
  kernel: number,
  stride: number,
  padding: number | "same",
): Windows | undefined {
  const [channels, height, width] = shape as readonly [number, number, number];
  const before = padding === "same" ? Math.floor((kernel - 1) / 2) : padding;
  const after = padding === "same" ? kernel - 1 - before : padding;
  if (shape.length !== 3 || !Number.isSafeInteger(before) || before < 0 || before >= kernel) return undefined;
  const along = (size: number) => Math.floor((size + before + after - kernel) / stride) + 1;
  const results = [along(height), along(width)] as const;
  if (!results.every((each) => each >= 1) || channels < 1) return undefined;
  return { channels, height, width, kernel, stride, pads: [before, before, after, after], results };
}

/** For each tap and each window, the pixel that is seen, counted along the lines; one past the last where it is padding. */
export function windowPlaces({ height, width, kernel, stride, pads, results }: Windows): Float64Array {
  const places = new Float64Array(kernel * kernel * results[0] * results[1]);
  let at = 0;
  for (let down = 0; down < kernel; down++) {
    for (let across = 0; across < kernel; across++) {
      for (let row = 0; row < results[0]; row++) {
        for (let column = 0; column < results[1]; column++) {
          const y = row * stride + down - pads[0];
          const x = column * stride + across - pads[1];
          const isInside = y >= 0 && y < height && x >= 0 && x < width;
          places[at++] = isInside ? y * width + x : height * width;
        }
      }
    }
  }
  return places;
}
