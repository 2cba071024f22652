// Pools of images by a table: for each window its `places` pixels, counted along the lines of one plane, and -1 where it
// hangs over the edge. Planes are `pixels` elements, and their `windows` results lie one after the other.

import { windowsOf } from "./images";

/** The greatest of each window; NaN where one is NaN, minus infinity where a window sees nothing. */
export function maxPool(
  image: usize,
  planes: usize,
  pixels: usize,
  table: usize,
  windows: usize,
  places: usize,
  out: usize,
): void {
  const end = image + ((planes * pixels) << 2);
  const tableEnd = table + ((windows * places) << 2);
  for (; image < end; image += pixels << 2) {
    for (let at = table; at < tableEnd; ) {
      let most: f32 = -Infinity;
      for (const last = at + (places << 2); at < last; at += 4) {
        const pixel = load<i32>(at);
        if (pixel >= 0) most = max<f32>(most, load<f32>(image + ((pixel as usize) << 2)));
      }
      store<f32>(out, most);
      out += 4;
    }
  }
}

/** The first pixel of each window that nothing in it is greater than; NaN gives way to what follows. -1 where it sees nothing. */
export function maxPoolIndices(
  image: usize,
  planes: usize,
  pixels: usize,
  table: usize,
  windows: usize,
  places: usize,
  out: usize,
): void {
  const end = image + ((planes * pixels) << 2);
  const tableEnd = table + ((windows * places) << 2);
  for (; image < end; image += pixels << 2) {
    for (let at = table; at < tableEnd; ) {
      let best = -1;
      let most = f32.NaN;
      for (const last = at + (places << 2); at < last; at += 4) {
        const pixel = load<i32>(at);
        if (pixel < 0) continue;
        const value = load<f32>(image + ((pixel as usize) << 2));
        if (value > most || F32.isNaN(most)) {
          best = pixel;
          most = value;
        }
      }
      store<f32>(out, best as f32);
      out += 4;
    }
  }
}

/**
 * As `maxPool`, of windows that lie inside of the image, which is height by width. `scratch` takes the windows of one plane and
 * 12 bytes more.
 */
export function maxPoolInside(
  image: usize,
  planes: usize,
  height: i32,
  width: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  outHeight: i32,
  outWidth: i32,
  scratch: usize,
  out: usize,
): void {
  const bytes = ((outHeight * outWidth) as usize) << 2;
  const end = scratch + ((kernelHeight * kernelWidth) as usize) * bytes;
  for (let plane: usize = 0; plane < planes; plane++) {
    windowsOf(
      image,
      1,
      height,
      width,
      kernelHeight,
      kernelWidth,
      strideY,
      strideX,
      0,
      0,
      dilationY,
      dilationX,
      outHeight,
      outWidth,
      scratch,
    );
    for (let at: usize = 0; at < bytes; at += 16) {
      let most = v128.load(scratch + at);
      for (let other = scratch + bytes + at; other < end; other += bytes)
        most = v128.max<f32>(most, v128.load(other));
      if (at + 16 <= bytes) v128.store(out + at, most);
      else storeFirst(out + at, most, (bytes - at) >> 2);
    }
    image += ((height * width) as usize) << 2;
    out += bytes;
  }
}

/** As `maxPoolIndices`, of windows that lie inside. `firsts` are the first pixel of each window, as numbers, and 12 bytes more. */
export function maxPoolIndicesInside(
  image: usize,
  planes: usize,
  height: i32,
  width: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  outHeight: i32,
  outWidth: i32,
  scratch: usize,
  out: usize,
  firsts: usize,
): void {
  const bytes = ((outHeight * outWidth) as usize) << 2;
  for (let plane: usize = 0; plane < planes; plane++) {
    windowsOf(
      image,
      1,
      height,
      width,
      kernelHeight,
      kernelWidth,
      strideY,
      strideX,
      0,
      0,
      dilationY,
      dilationX,
      outHeight,
      outWidth,
      scratch,
    );
    for (let at: usize = 0; at < bytes; at += 16) {
      let most = v128.load(scratch + at);
      let best = f32x4.splat(0);
      let other = scratch + at;
      for (let i = 0; i < kernelHeight; i++)
        for (let j = 0; j < kernelWidth; j++) {
          const value = v128.load(other);
          const isBetter = v128.or(v128.gt<f32>(value, most), v128.ne<f32>(most, most));
          most = v128.bitselect(value, most, isBetter);
          best = v128.bitselect(f32x4.splat((i * dilationY * width + j * dilationX) as f32), best, isBetter);
          other += bytes;
        }
      best = v128.add<f32>(best, v128.load(firsts + at));
      if (at + 16 <= bytes) v128.store(out + at, best);
      else storeFirst(out + at, best, (bytes - at) >> 2);
    }
    image += ((height * width) as usize) << 2;
    out += bytes;
  }
}

/** The first one, two or three numbers of a vector. */
function storeFirst(to: usize, numbers: v128, count: usize): void {
  store<f32>(to, f32x4.extract_lane(numbers, 0));
  if (count > 1) store<f32>(to + 4, f32x4.extract_lane(numbers, 1));
  if (count > 2) store<f32>(to + 8, f32x4.extract_lane(numbers, 2));
}

/** The sum of each window, in float64, over what it is to be divided by: `counts`, a whole number for each window. */
export function averagePool(
  image: usize,
  planes: usize,
  pixels: usize,
  table: usize,
  windows: usize,
  places: usize,
  out: usize,
  counts: usize,
): void {
  const end = image + ((planes * pixels) << 2);
  const tableEnd = table + ((windows * places) << 2);
  for (; image < end; image += pixels << 2) {
    let count = counts;
    for (let at = table; at < tableEnd; ) {
      let sum: f64 = 0;
      for (const last = at + (places << 2); at < last; at += 4) {
        const pixel = load<i32>(at);
        if (pixel >= 0) sum += load<f32>(image + ((pixel as usize) << 2)) as f64;
      }
      store<f32>(out, (sum / (load<i32>(count) as f64)) as f32);
      out += 4;
      count += 4;
    }
  }
}

/**
 * Adds each update to the place that its index names in its line of `size` elements of `out`; `lines` of `each` indices, from
 * the back where negative. An index that is no place in the line adds nothing.
 */
export function scatterAdd(
  indices: usize,
  updates: usize,
  lines: usize,
  each: usize,
  size: i32,
  out: usize,
): void {
  const length = size as f32;
  for (let line: usize = 0; line < lines; line++) {
    const end = indices + (each << 2);
    while (indices < end) {
      const index = load<f32>(indices);
      if (index >= -length && index < length && trunc(index) === index) {
        const place = out + (((index as i32) + (index < 0 ? size : 0)) << 2);
        store<f32>(place, load<f32>(place) + load<f32>(updates));
      }
      indices += 4;
      updates += 4;
    }
    out += (size as usize) << 2;
  }
}
