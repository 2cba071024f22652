// Prints how many tests passed, failed and were skipped, from vitest's JSON report. A file that could not
// be run at all has no tests to count and counts as one failure.

import { readFileSync } from "node:fs";

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
const brokenFiles = report.testResults.filter(
  (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
).length;
const skipped = report.numPendingTests + (report.numTodoTests ?? 0);
console.log(report.numPassedTests, report.numFailedTests + brokenFiles, skipped);
