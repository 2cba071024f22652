#!/usr/bin/env node
import { stderr, stdin, stdout } from "node:process";
import { runCli } from "./cli.ts";

// A reader that closes early, as `head` does, is no failure of ours.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await runCli({ env: process.env, stdin, out: stdout, err: stderr }, process.argv.slice(2));
