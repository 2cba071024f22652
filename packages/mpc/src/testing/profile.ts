import { protocolsUnderTest, together } from "./protocols.ts";

const under = protocolsUnderTest.find((p) => p.name === "replicated")!;
async function measure(
  name: string,
  prepare: (p: any) => Promise<any[]>,
  step: (p: any, ...x: any[]) => Promise<any>,
  n = 4,
) {
  const times: number[] = [],
    walls: number[] = [];
  await together(
    under,
    async (p) => {
      const x = await prepare(p);
      for (let i = 0; i < n; i++) {
        await p.session.exchange([], []);
        const c = process.cpuUsage(),
          w = performance.now();
        const r = await step(p, ...x);
        await p.session.exchange([], []);
        if (p.session.me === 0) {
          const u = process.cpuUsage(c);
          times.push((u.user + u.system) / 1000);
          walls.push(performance.now() - w);
        }
        r[Symbol.dispose]?.();
      }
      return 0;
    },
    { mebibytes: 1500 },
  );
  console.log(
    name,
    "cpu",
    times.map((t) => t.toFixed(0)).join(" "),
    "wall",
    walls.map((t) => t.toFixed(0)).join(" "),
  );
}
const N = 1_000_000;
const shareN = (n: number) => async (p: any) => {
  const c = p.session.memory.column(n);
  const w = p.session.memory.words(c);
  for (let i = 0; i < n; i++) w[i] = BigInt(i) * 77777n;
  return [await p.share(0, n, p.session.me === 0 ? c : undefined)];
};
const which = process.argv[2];
if (!which || which === "mul") await measure("products-1e6", shareN(N), (p, x) => p.multiply(x, x));
if (!which || which === "mt")
  await measure("mulTruncate-1e6", shareN(N), (p, x) => p.multiplyTruncate(x, x, 16));
if (!which || which === "mm")
  await measure(
    "matmul",
    async (p) => [...(await shareN(256 * 784)(p)), ...(await shareN(784 * 128)(p))],
    (p, x, y) => p.matmulTruncate(x, y, { m: 256, k: 784, n: 128 }, 16),
  );
if (!which || which === "cmp")
  await measure("sign-1e6 w64", shareN(N), async (p, x) => {
    using b = await p.sign(x, 64);
    return p.fromBit(b);
  });
if (!which || which === "cmp32")
  await measure("sign-1e6 w32", shareN(N), async (p, x) => {
    using b = await p.sign(x, 32);
    return p.fromBit(b);
  });
