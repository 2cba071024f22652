import { defaultClientConditions, defineConfig } from "vite";

// The sources themselves, so that a clean clone needs no build first.
export default defineConfig({
  resolve: { conditions: ["unseen-source", ...defaultClientConditions] },
});
