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
  let to = out;
  for (let channel: usize = 0; channel < channels; channel++) {
    const plane = image + ((channel * (height as usize) * (width as usize)) << 2);
    for (let i = 0; i < kernelHeight; i++) {
      for (let j = 0; j < kernelWidth; j++) {
        const left = j * dilationX - padLeft;
        // Windows from the first to before the last are inside of the line.
        const before = min(outWidth, left >= 0 ? 0 : (strideX - 1 - left) / strideX);
        const after = max(before, min(outWidth, left >= width ? 0 : (width - 1 - left) / strideX + 1));
        for (let y = 0; y < outHeight; y++) {
          const row = y * strideY + i * dilationY - padTop;
          if (row < 0 || row >= height) {
            memory.fill(to, 0, (outWidth as usize) << 2);
            to += (outWidth as usize) << 2;
            continue;
          }
          const line = plane + (((row * width) as usize) << 2);
          fetch(line + ((left + before * strideX) << 2), strideX, after - before, to + (before << 2));
          for (let x = 0; x < before; x++) store<f32>(to + (x << 2), 0);
          for (let x = after; x < outWidth; x++) store<f32>(to + (x << 2), 0);
          to += (outWidth as usize) << 2;
        }
      }
    }
  }
}

/** Every `stride`-th of a line, `count` of them. Reads 31 bytes past the line, and writes 12 past the last. */
function fetch(line: usize, stride: i32, count: i32, to: usize): void {
  if (stride === 1) for (let x = 0; x < count; x += 4) v128.store(to + (x << 2), v128.load(line + (x << 2)));
  else if (stride === 2)
    for (let x = 0; x < count; x += 4) {
      const first = v128.load(line + (x << 3));
      const second = v128.load(line + (x << 3), 16);
      v128.store(to + (x << 2), v128.shuffle<f32>(first, second, 0, 2, 4, 6));
    }
  else for (let x = 0; x < count; x++) store<f32>(to + (x << 2), load<f32>(line + ((x * stride) << 2)));
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
  let from = windows;
  for (let channel: usize = 0; channel < channels; channel++) {
    const plane = image + ((channel * (height as usize) * (width as usize)) << 2);
    for (let i = 0; i < kernelHeight; i++) {
      for (let j = 0; j < kernelWidth; j++) {
        const left = j * dilationX - padLeft;
        // Windows from the first to before the last are inside of the line.
        const before = min(outWidth, left >= 0 ? 0 : (strideX - 1 - left) / strideX);
        const after = max(before, min(outWidth, left >= width ? 0 : (width - 1 - left) / strideX + 1));
        for (let y = 0; y < outHeight; y++) {
          const row = y * strideY + i * dilationY - padTop;
          if (row >= 0 && row < height) {
            const line = plane + (((row * width) as usize) << 2);
            let at = line + ((left + before * strideX) << 2);
            for (let x = before; x < after; x++) {
              store<f32>(at, load<f32>(at) + load<f32>(from + (x << 2)));
              at += strideX << 2;
            }
          }
          from += (outWidth as usize) << 2;
        }
      }
    }
  }
}
