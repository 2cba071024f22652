// The part of the Encoding standard that is used here. The compiler knows it as part of the browser's library alone, which
// a pure room does not see.

type Interface = {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  readonly TextDecoder: new (
    label: "utf-8",
    options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
  ) => { decode(bytes: Uint8Array): string };
};

const { TextEncoder, TextDecoder } = globalThis as unknown as Interface;

export function utf8Of(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Throws where the bytes are no UTF-8. */
export function textOfUtf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}
