import type { SharesGroup } from "./shares-group.ts";

/** Who learns what of a program on shares, a line each. */
export function learnsOf({ computing, provider, parties }: SharesGroup): readonly string[] {
  const names = computing.map(({ name }) => name).join(", ");
  const everybody =
    "you alone learn the result; public numbers in the program, shapes and ranges are known to all";
  if (parties.protocol === "verified") {
    return [
      everybody,
      `${names} learn nothing, as long as no two of them tell each other their shares; one of them that does not follow the protocol is found out before anything wrong is opened`,
    ];
  }
  if (provider === undefined) {
    return [everybody, `${names} learn nothing, as long as no two of them tell each other their shares`];
  }
  return [
    everybody,
    `${names} learn nothing, as long as one of them keeps its shares to itself`,
    `${provider.name} learns nothing, and must tell its randomness to none of them`,
  ];
}
