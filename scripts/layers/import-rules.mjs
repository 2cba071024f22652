// Who may import whom: rooms from rows below and declared, no way round through paths, no circles.

import { dirname, join, normalize } from "node:path";
import { packageNameOf, roomOf, roomsWithoutNode, rows } from "./rooms.mjs";

/** The manifest and the compiler's references of a room name the same rooms, all of them below. */
export function manifestFindings(room) {
  const { name, manifest, manifestFile, references } = room;
  const findings = [];
  if (!(name in rows)) {
    return [finding(manifestFile, 1, "room", `${name} has no row; give it one in scripts/layers/rooms.mjs`)];
  }
  if (manifest.name !== packageNameOf(name)) {
    findings.push(
      finding(manifestFile, 1, "room", `the room ${name} is published as ${packageNameOf(name)}`),
    );
  }
  const declared = Object.keys(manifest.dependencies ?? {}).flatMap((one) => roomOf(one) ?? []);
  for (const other of declared) {
    if (!isBelow(other, name)) {
      findings.push(
        finding(manifestFile, 1, "row", `${name} depends on ${other}, which is not in a row below`),
      );
    }
  }
  const missing = declared.filter((other) => !references.includes(other));
  const extra = references.filter((other) => !declared.includes(other));
  for (const other of [...missing, ...extra]) {
    const why = `${other} is in one of package.json and tsconfig.json's references, and not in the other`;
    findings.push(finding(manifestFile, 1, "references", why));
  }
  return findings;
}

export function importFindings(room, file) {
  const { dependencies = {}, peerDependencies = {}, imports = {} } = room.manifest;
  const declared = new Set(Object.keys({ ...dependencies, ...peerDependencies, ...imports }));
  return file.imports.flatMap(({ specifier, line }) => {
    const rule = brokenBy(room, file, specifier, declared);
    return rule === undefined ? [] : [finding(file.path, line, ...rule)];
  });
}

function brokenBy(room, file, specifier, declared) {
  if (specifier.startsWith(".")) {
    const target = normalize(join(dirname(file.path), specifier));
    const isInside = target.startsWith(`packages/${room.name}/`);
    if (!isInside && !file.isTest) return ["path", `${specifier} leaves the room; import the package`];
    if (isOfNode(target) && !isOfNode(file.path) && !file.isTest)
      return ["node", `${specifier} is loaded by Node alone: name it under "imports" in package.json`];
    return undefined;
  }
  if (specifier.startsWith("node:")) {
    if (specifier === "node:vm" && !file.isTest)
      return ["eval", "node:vm runs text as code; a program is data"];
    const isAllowed = file.isTest || !roomsWithoutNode.has(room.name) || isOfNode(file.path);
    return isAllowed ? undefined : ["node", `${specifier}: ${room.name} runs wherever JavaScript does`];
  }
  const other = roomOf(specifier);
  if (other !== undefined && !isBelow(other, room.name)) {
    return ["row", `${room.name} (row ${rows[room.name]}) imports ${other} (row ${rows[other] ?? "none"})`];
  }
  const owner = specifier.startsWith("@")
    ? specifier.split("/").slice(0, 2).join("/")
    : specifier.split("/")[0];
  if (!declared.has(owner) && !file.isTest) {
    return ["undeclared", `${owner} is not among the dependencies of ${room.manifest.name}`];
  }
  return undefined;
}

/** Of the client, what package.json names for Node alone: `"#NAME": { "node": ... }`. */
function isOfNode(path) {
  return /^packages\/client\/src\/.*-of-node\.ts$/.test(path);
}

function isBelow(other, room) {
  return (rows[other] ?? Number.POSITIVE_INFINITY) < (rows[room] ?? -1);
}

/** One finding for each circle among a room's files, at the file of the circle that comes first. */
export function circleFindings(files) {
  const byPath = new Map(files.filter((file) => !file.isTest).map((file) => [file.path, file]));
  const nextOf = (path) =>
    byPath
      .get(path)
      .imports.filter(({ specifier }) => specifier.startsWith("."))
      .map(({ specifier, line }) => ({ path: normalize(join(dirname(path), specifier)), line }))
      .filter((next) => byPath.has(next.path));
  const findings = [];
  const done = new Set();
  const trail = [];
  const visit = (path) => {
    if (done.has(path)) return;
    trail.push(path);
    for (const next of nextOf(path)) {
      const start = trail.indexOf(next.path);
      if (start === -1) visit(next.path);
      else findings.push(circle(path, next, trail.slice(start)));
    }
    trail.pop();
    done.add(path);
  };
  for (const path of [...byPath.keys()].sort()) visit(path);
  return findings;
}

function circle(path, next, round) {
  const names = [...round, next.path].map((one) => one.split("/src/")[1]);
  return finding(path, next.line, "circle", `${names.join(" → ")}: a reader has no place to begin`);
}

export function finding(file, line, rule, why) {
  return { file, line, rule, why };
}
