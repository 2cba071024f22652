// What a caller must be able to act on is a `Result` with a closed union of problems, code first.
// A bug is not a `Result`: it throws, through `invariant`.

export type Ok<T> = { readonly ok: true; readonly value: T };
export type Err<E> = { readonly ok: false; readonly problem: E };
export type Result<T, E> = Ok<T> | Err<E>;

export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

export function err<E>(problem: E): Err<E> {
  return { ok: false, problem };
}
