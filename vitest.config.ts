import { defaultServerConditions } from "vite";
import { configDefaults, defineConfig } from "vitest/config";

const condition = "unseen-source";

// Children that a test starts inherit this, so that they too see the sources and not the builds.
const options = process.env.NODE_OPTIONS ?? "";
if (!options.includes(condition)) process.env.NODE_OPTIONS = `${options} --conditions=${condition}`.trim();

const conditions = [condition, ...defaultServerConditions];
const quick = ["packages/*/src/**/*.test.ts", "scenarios/**/*.test.ts", "scripts/**/*.test.*"];
const slow = ["packages/*/src/**/*.slow.test.ts", "scenarios/**/*.slow.test.ts"];
const nightly = ["packages/*/src/**/*.nightly.test.ts"];

/**
 * A suite that needs more than half a minute a test is called NAME.slow.test.ts. What takes more
 * than a minute in all and repeats at length what quicker tests say is called NAME.nightly.test.ts, and
 * runs by `npm run nightly` and in continuous integration.
 */
// Shared machines have run the same test in four times the time. A limit ends what hangs; it is no measurement.
const quickMs = 150_000;
const slowMs = 1_200_000;

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // Threads took 25 and 39 s where processes took 42 and 55 s, in turn (175 tests, two cores, November
    // 2026); DuckDB, SQLite and argon2 load and end in them without harm.
    setupFiles: ["./scripts/property-seed.mjs"],
    pool: "threads",
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "quick",
          include: quick,
          exclude: [...configDefaults.exclude, ...slow, ...nightly],
          testTimeout: quickMs,
          hookTimeout: quickMs,
        },
      },
      {
        extends: true,
        test: { name: "slow", include: slow, testTimeout: slowMs, hookTimeout: slowMs },
      },
      {
        extends: true,
        test: { name: "nightly", include: nightly, testTimeout: slowMs, hookTimeout: slowMs },
      },
    ],
  },
});
