// Windows of images: what turns a convolution into a product of matrices, and back.

/**
 * Lays the windows of one image, channels of height by width, side by side: row (channel, i, j) of `out` holds, for each of
 * outHeight by outWidth windows, the element of the window at (i, j); zero outside of the image. Writes 12 bytes past `out`.
 */
export function windowsOf(
  image: usize,
  channels: usize,
  height: i32,
  width: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  padTop: i32,
  padLeft: i32,
  dilationY: i32,
  dilationX: i32,
  outHeight: i32,
  outWidth: i32,
  out: usize,
): void {
  const line = (outWidth as usize) << 2;
  let to = out;
  for (let channel: usize = 0; channel < channels; channel++) {
    const plane = image + ((channel * (height as usize) * (width as usize)) << 2);
    for (let i = 0; i < kernelHeight; i++) {
      const top = i * dilationY - padTop;
      const firstRow = firstInside(top, strideY, outHeight);
      const endRow = endInside(top, strideY, height, firstRow, outHeight);
      for (let j = 0; j < kernelWidth; j++) {
        const left = j * dilationX - padLeft;
        const first = firstInside(left, strideX, outWidth);
        const end = endInside(left, strideX, width, first, outWidth);
        to = zeros(to, (firstRow as usize) * line);
        let from = plane + (((top + firstRow * strideY) * width + left + first * strideX) << 2);
        for (let y = firstRow; y < endRow; y++) {
          fetch(from, strideX, end - first, to + (first << 2));
          for (let x = 0; x < first; x++) store<f32>(to + (x << 2), 0);
          for (let x = end; x < outWidth; x++) store<f32>(to + (x << 2), 0);
          from += (strideY * width) << 2;
          to += line;
        }
        to = zeros(to, ((outHeight - endRow) as usize) * line);
      }
    }
  }
}

/** A call that fills nothing costs as much as a line. */
function zeros(to: usize, bytes: usize): usize {
  if (bytes > 0) memory.fill(to, 0, bytes);
  return to + bytes;
}

/** The first of `count` windows, `stride` apart from `start` on, that is not before the line. */
function firstInside(start: i32, stride: i32, count: i32): i32 {
  return start >= 0 ? 0 : min(count, (stride - 1 - start) / stride);
}

/** The first window that is past a line of `size`. */
function endInside(start: i32, stride: i32, size: i32, first: i32, count: i32): i32 {
  if (start + (count - 1) * stride < size) return count;
  return max(first, start >= size ? 0 : (size - 1 - start) / stride + 1);
}

/** Every `stride`-th of a line, `count` of them. Reads 31 bytes past the line, and writes 12 past the last. */
function fetch(line: usize, stride: i32, count: i32, to: usize): void {
  const end = to + (count << 2);
  if (stride === 1)
    while (to < end) {
      v128.store(to, v128.load(line));
      line += 16;
      to += 16;
    }
  else if (stride === 2)
    while (to < end) {
      v128.store(to, v128.shuffle<f32>(v128.load(line), v128.load(line, 16), 0, 2, 4, 6));
      line += 32;
      to += 16;
    }
  else
    while (to < end) {
      store<f32>(to, load<f32>(line));
      line += stride << 2;
      to += 4;
    }
}

/** The other way: adds each element of the windows to where it was taken from. `image` is added to. */
export function addWindows(
  windows: usize,
  channels: usize,
  height: i32,
  width: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  padTop: i32,
  padLeft: i32,
  dilationY: i32,
  dilationX: i32,
  outHeight: i32,
  outWidth: i32,
  image: usize,
): void {
  const line = (outWidth as usize) << 2;
  let from = windows;
  for (let channel: usize = 0; channel < channels; channel++) {
    const plane = image + ((channel * (height as usize) * (width as usize)) << 2);
    for (let i = 0; i < kernelHeight; i++) {
      const top = i * dilationY - padTop;
      const firstRow = firstInside(top, strideY, outHeight);
      const endRow = endInside(top, strideY, height, firstRow, outHeight);
      for (let j = 0; j < kernelWidth; j++) {
        const left = j * dilationX - padLeft;
        const first = firstInside(left, strideX, outWidth);
        const end = endInside(left, strideX, width, first, outWidth);
        let to = plane + (((top + firstRow * strideY) * width + left + first * strideX) << 2);
        for (let y = firstRow; y < endRow; y++) {
          const row = from + (y as usize) * line;
          let at = to;
          for (let x = row + (first << 2); x < row + (end << 2); x += 4) {
            store<f32>(at, load<f32>(at) + load<f32>(x));
            at += strideX << 2;
          }
          to += (strideY * width) << 2;
        }
        from += (outHeight as usize) * line;
      }
    }
  }
}
