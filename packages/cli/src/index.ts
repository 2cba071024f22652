export { runCli } from "./cli.ts";
export { type ExitCode, exitCodes } from "./shell/exit-codes.ts";
export type { Shell } from "./shell/shell.ts";
