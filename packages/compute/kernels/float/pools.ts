// Pools of images by a table: for each window its `places` pixels, counted along the lines of one plane, and -1 where it
// hangs over the edge. Planes are `pixels` elements, and their `windows` results lie one after the other.

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
