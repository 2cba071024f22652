export { bestBackend, type PresentBackend, presentBackends } from "./backends/present-backends.ts";
