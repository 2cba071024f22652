// The part of WebAssembly's JavaScript interface that is used here. The compiler knows it as part of the browser's
// library alone, which a pure room does not see.

export type Memory = { readonly buffer: ArrayBuffer };

declare const compiled: unique symbol;
export type Module = { readonly [compiled]: true };

type Interface = {
  readonly Memory: new (pages: { readonly initial: number; readonly maximum: number }) => Memory;
  compile(bytes: Uint8Array<ArrayBuffer>): Promise<Module>;
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
  instantiate(
    compiled: Module,
    imports: { readonly env: { readonly memory: Memory } },
  ): Promise<{ readonly exports: unknown }>;
};

export const webAssembly: Interface = (globalThis as unknown as { readonly WebAssembly: Interface })
  .WebAssembly;
