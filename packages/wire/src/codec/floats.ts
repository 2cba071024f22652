// Rows of float32 as bytes: four a number, the lowest first, whatever the machine.

const floatBytes = 4;

export function floatsToBytes(numbers: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(numbers.length * floatBytes);
  const view = new DataView(bytes.buffer);
  for (const [at, number] of numbers.entries()) view.setFloat32(at * floatBytes, number, true);
  return bytes;
}

/** Of as many numbers as there are whole ones. */
export function floatsFromBytes(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Math.floor(bytes.length / floatBytes);
  return Float32Array.from({ length }, (_, at) => view.getFloat32(at * floatBytes, true));
}
