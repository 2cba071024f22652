// The map of the rooms, as the checks see it. A room imports only from rows with a smaller number.

export const rows = {
  base: 0,
  program: 1,
  crypto: 1,
  compute: 2,
  privacy: 3,
  wire: 3,
  mpc: 3,
  learning: 4,
  client: 5,
  owner: 5,
  cli: 6,
};

/** These read no clock, entropy, network or environment: such things come in as parameters. */
export const pureRooms = new Set([
  "base",
  "program",
  "compute",
  "crypto",
  "privacy",
  "wire",
  "mpc",
  "learning",
]);

/** These run in a browser too. */
export const roomsWithoutNode = new Set([...pureRooms, "client"]);

/** A room's name on npm. */
export const packageNameOf = (room) => (room === "client" ? "unseen" : `@unseen/${room}`);

/** The room that a specifier names, or undefined when it names no room. */
export function roomOf(specifier) {
  if (specifier === "unseen" || specifier.startsWith("unseen/")) return "client";
  return /^@unseen\/([^/]+)/.exec(specifier)?.[1];
}
