import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, test } from "vitest";

/**
 * Kilobytes of a page that asks questions, minified and gzipped. Measured 80 when first written: two thirds of what
 * goes in is protobuf and Connect, a sixth every operation with its rules. A page that asks questions
 * loads it once; on a slow 3G link of 50 kB a second that is two seconds. 101 with questions over people, of joins, of keys
 * and with choices; 106 with shares and questions to several owners together;
 * 116 with owners' columns as shares, and the operations of networks with their gradients; 120 with
 * the messages of trainings at an owner's, of which the rest is loaded when one is asked for.
 */
const mostKilobytes = 121;
/**
 * Of all that there is to import: with training, its programs' gradients, exact noise, accountants, and votes of teachers. 182 with
 * features of images and noise across steps; 192 with trainings at an owner's; 197 with kernels of six rows and of windows by lines,
 * twice, with fused multiply-adds and without, and of draws: a private step takes a third of the time.
 * 205 with teachers at an owner's, pools and gathers in vectors, and steps that threads share.
 */
const mostKilobytesOfAll = 207;

async function bundle(
  entry: string,
): Promise<{ readonly code: string; readonly atOnce: string; readonly outside: readonly string[] }> {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    resolve: { conditions: ["unseen-source", "module", "browser", "import"] },
    build: { write: false, minify: true, lib: { entry, formats: ["es"], fileName: "unseen" } },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((one) =>
    "output" in one ? one.output : [],
  );
  const chunks = outputs.flatMap((one) => (one.type === "chunk" ? [one] : []));
  // vite puts an empty module of this name in the place of a module of Node's.
  const own = new Set(chunks.map(({ fileName }) => fileName));
  const ofNode = (id: string) => id.startsWith("node:") || id.includes("__vite-browser-external");
  const outside = chunks.flatMap((chunk) => [
    ...[...chunk.imports, ...chunk.dynamicImports].filter((name) => !own.has(name)),
    ...Object.keys(chunk.modules).filter(ofNode),
  ]);
  // What is imported when it is called for is loaded then.
  const later = new Set(chunks.flatMap((chunk) => chunk.dynamicImports));
  const codeOf = (some: typeof chunks) => some.map((chunk) => chunk.code).join("\n");
  return {
    code: codeOf(chunks),
    atOnce: codeOf(chunks.filter(({ fileName }) => !later.has(fileName))),
    outside,
  };
}

const index = fileURLToPath(new URL("./index.ts", import.meta.url));

test.each([
  ["all of the library", "*", mostKilobytesOfAll],
  ["what asks questions", "{ GridClient, VirtualWorker, tensor, JointDataset, combineSums }", mostKilobytes],
])(
  "%s runs in a browser: no module of Node's is in its bundle, and it stays small",
  async (name, names, most) => {
    const folder = mkdtempSync(join(tmpdir(), "unseen-bundle-"));
    try {
      const entry = join(folder, "page.ts");
      writeFileSync(entry, `export ${names} from ${JSON.stringify(index)};`);
      const { code, atOnce, outside } = await bundle(entry);
      expect(outside).toEqual([]);
      expect(code.length).toBeGreaterThan(10_000);
      const kilobytes = gzipSync(names === "*" ? code : atOnce).length / 1_000;
      console.log(`${name} in a browser: ${kilobytes.toFixed(1)} kB gzipped`);
      expect(kilobytes).toBeLessThan(most);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

test("a module of Node's that is planted in a bundle is found", async () => {
  const folder = mkdtempSync(join(tmpdir(), "unseen-bundle-"));
  try {
    const entry = join(folder, "planted.ts");
    writeFileSync(entry, 'import { cpus } from "node:os"; export const count = () => cpus().length;');
    expect((await bundle(entry)).outside.length).toBeGreaterThan(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
