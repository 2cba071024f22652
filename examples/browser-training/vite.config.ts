import { defaultClientConditions, defineConfig } from "vite";

const isolated = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

// The sources themselves, so that a clean clone needs no build first.
export default defineConfig({
  resolve: { conditions: ["unseen-source", ...defaultClientConditions] },
  worker: { format: "es" },
  // Isolated from other origins, or the browser gives no memory that threads share.
  server: { headers: isolated },
  preview: { headers: isolated },
  // All of it is modules. What is found late would reload the page, and end a training that has begun.
  optimizeDeps: { noDiscovery: true },
});
