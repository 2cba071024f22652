import { defaultClientConditions, defineConfig } from "vite";

// The sources themselves, so that a clean clone needs no build first.
export default defineConfig({
  resolve: { conditions: ["unseen-source", ...defaultClientConditions] },
  worker: { format: "es" },
  // All of it is modules. What is found late would reload the page, and end a training that has begun.
  optimizeDeps: { noDiscovery: true },
});
