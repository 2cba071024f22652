// A model of handwritten digits that is trained in the page, with or without privacy, by the backend that is chosen.
// To try it: `npx vite examples/browser-training`.

import type { Asked, Told } from "./worker.ts";

const at = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const form = at<HTMLFormElement>("training");
const stop = at<HTMLButtonElement>("stop");
const progress = at<HTMLProgressElement>("progress");
let worker: Worker | undefined;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const field = new FormData(form);
  const epsilon = String(field.get("epsilon") ?? "");
  begin({
    backend: String(field.get("backend")),
    filters: Number(field.get("filters")),
    batch: Number(field.get("batch")),
    epochs: Number(field.get("epochs")),
    epsilon: epsilon === "" ? undefined : Number(epsilon),
  });
});
stop.addEventListener("click", () => {
  end();
  say("status", "Stopped. Nothing of it was kept.");
});

function begin(asked: Asked): void {
  end();
  for (const id of ["result", "guarantee", "problem"]) say(id, "");
  say("status", "Loading…");
  progress.value = 0;
  stop.disabled = false;
  worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("message", (event: MessageEvent<Told>) => show(event.data));
  worker.addEventListener("error", (event) => show({ kind: "refused", message: event.message }));
  worker.postMessage(asked);
}

function show(told: Told): void {
  if (told.kind === "progress") {
    progress.value = told.step / told.steps;
    const spent = told.epsilon === undefined ? "" : `, epsilon ${told.epsilon.toFixed(2)} so far`;
    const left = `${Math.ceil(told.leftMs / 1000)} s left`;
    say("status", `Step ${told.step} of ${told.steps}, ${percent(told.accuracy)} right${spent}, ${left}`);
    return;
  }
  end();
  if (told.kind === "refused") {
    say("status", "");
    say("problem", told.message);
    return;
  }
  progress.value = 1;
  say("status", "");
  say(
    "result",
    `${percent(told.accuracy)} of the held-out digits are read right, after ${(told.ms / 1000).toFixed(1)} s${inThreads(told)}.`,
  );
  say("guarantee", told.guarantee);
  at("result").dataset["weights"] = JSON.stringify(told.weights);
}

function inThreads({ threads, runsInThreads }: Extract<Told, { kind: "done" }>): string {
  return threads === 0 ? "" : `; ${runsInThreads} parts of its steps were computed in ${threads} threads`;
}

function end(): void {
  worker?.terminate();
  worker = undefined;
  stop.disabled = true;
}

function say(id: string, text: string): void {
  at(id).textContent = text;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
