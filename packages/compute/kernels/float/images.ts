// Windows of images: what turns a convolution into a product of matrices, and back.

/**
 * Lays the windows of one image, channels of height by width, side by side: row (channel, i, j) of `out` holds, for each of
 * outHeight by outWidth windows, the element of the window at (i, j); zero outside of the image.
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
        for (let y = 0; y < outHeight; y++) {
          const row = y * strideY + i * dilationY - padTop;
          if (row < 0 || row >= height) {
            memory.fill(to, 0, (outWidth as usize) << 2);
            to += (outWidth as usize) << 2;
            continue;
          }
          const line = plane + (((row * width) as usize) << 2);
          for (let x = 0; x < outWidth; x++) {
            const column = x * strideX + left;
            const value: f32 = column >= 0 && column < width ? load<f32>(line + ((column as usize) << 2)) : 0;
            store<f32>(to, value);
            to += 4;
          }
        }
      }
    }
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
  let from = windows;
  for (let channel: usize = 0; channel < channels; channel++) {
    const plane = image + ((channel * (height as usize) * (width as usize)) << 2);
    for (let i = 0; i < kernelHeight; i++) {
      for (let j = 0; j < kernelWidth; j++) {
        const left = j * dilationX - padLeft;
        for (let y = 0; y < outHeight; y++) {
          const row = y * strideY + i * dilationY - padTop;
          if (row >= 0 && row < height) {
            const line = plane + (((row * width) as usize) << 2);
            for (let x = 0; x < outWidth; x++) {
              const column = x * strideX + left;
              if (column < 0 || column >= width) continue;
              const at = line + ((column as usize) << 2);
              store<f32>(at, load<f32>(at) + load<f32>(from + ((x as usize) << 2)));
            }
          }
          from += (outWidth as usize) << 2;
        }
      }
    }
  }
}
