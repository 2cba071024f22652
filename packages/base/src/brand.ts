// A brand tells two values of the same shape apart at compile time. A branded type has one parser or
// maker, in one file, and the brand's string is the type's own name (`scripts/check-layers.mjs` compares).

declare const brand: unique symbol;

export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
