export { type Home, openHome } from "./home.ts";
export type { HomeKeys } from "./keys.ts";
export type { Schema } from "./schema.ts";
export { given, isStoreFailure, type Prepared, queries, Store } from "./store.ts";
