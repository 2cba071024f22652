import { expect, test } from "vitest";
import * as ofPages from "./fastest-backend.ts";
import * as ofNode from "./fastest-backend-of-node.ts";

test("a model trains on ONNX Runtime where it is installed, and on WebAssembly elsewhere and in every page", async () => {
  const isInstalled = await import("onnxruntime-node").then(
    () => true,
    () => false,
  );
  expect((await ofNode.fastestBackend()).name).toBe(isInstalled ? "onnxruntime" : "wasm");
  expect((await ofPages.fastestBackend()).name).toBe("wasm");
});
