// The package is optional: this stands for its own types, which are there only where it is installed.

declare module "onnxruntime-node" {
  type Runtime = import("@unseen/compute").OnnxRuntime;
  export const InferenceSession: Runtime["InferenceSession"];
  export const Tensor: Runtime["Tensor"];
}
