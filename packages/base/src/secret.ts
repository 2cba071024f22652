// A value that must not leave the machine that holds it. It has no property to read, prints a
// placeholder, and refuses to become JSON. The one way out is spelled where it is called.

const values = new WeakMap<object, unknown>();

export class Secret<T> {
  /**
   * Keeps `Secret<number>` and `Secret<string>` apart for the compiler; holds nothing at run time.
   * Protected, because a declaration file forgets the type of a private member, and rooms see that file.
   */
  declare protected readonly holds: T;

  private constructor() {
    Object.freeze(this);
  }

  static of<T>(value: T): Secret<T> {
    const secret = new Secret<T>();
    values.set(secret, value);
    return secret;
  }

  /** Hands the value out. Only a mechanism that noises it, or the owner's own tools, may call this. */
  static reveal<T>(secret: Secret<T>): T {
    return values.get(secret) as T;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): never {
    throw new TypeError("a secret cannot be written as JSON");
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[secret]";
  }
}
