// A page that asks an owner node from a browser: the same package, the same protocol, the same guarantees.
// To try it: `npm run unseen -- serve --allow-origin http://localhost:5173 ...` and `npx vite examples/browser`.

import { AskRefused, GridClient, type RemoteDataset } from "unseen";

const at = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

at<HTMLFormElement>("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target as HTMLFormElement);
  const field = (name: string) => String(form.get(name) ?? "");
  void orSay(async () => {
    const grid = await GridClient.connect({
      url: field("url"),
      username: field("username"),
      password: field("password"),
    });
    const found = await grid.search(field("tag"));
    at("found").textContent = String(found);
    if (found[0] !== undefined) await show(found[0]);
  });
});

async function show(dataset: RemoteDataset): Promise<void> {
  at("dataset").hidden = false;
  at("description").textContent = dataset.description;
  at("sample").textContent = String(await dataset.sample());
  const columns = dataset.schema
    .filter(({ type }) => type !== "category")
    .map(({ name }) => new Option(name));
  at<HTMLFormElement>("question")
    .querySelector("select")
    ?.replaceChildren(...columns);
  showBudget(dataset.budget.yours.remaining.epsilon, dataset.budget.yours.cap.epsilon);

  at("take").onclick = () =>
    void dataset.get().catch((refusal: unknown) => {
      at("refusal").textContent = String(refusal);
    });
  at("question").onsubmit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    void orSay(async () => {
      const answer = await dataset
        .column(String(form.get("column")))
        .mean()
        .get({ epsilon: Number(form.get("epsilon")) });
      at("answer").textContent = String(answer);
      at("guarantee").textContent = answer.guarantee;
      showBudget(answer.remaining.epsilon, dataset.budget.yours.cap.epsilon);
    });
  };
}

function showBudget(left: number, cap: number): void {
  const meter = at<HTMLMeterElement>("budget");
  meter.max = cap;
  meter.value = left;
  at("left").textContent = `${left} of ${cap}`;
}

async function orSay(work: () => Promise<void>): Promise<void> {
  at("problem").textContent = "";
  try {
    await work();
  } catch (error) {
    at("problem").textContent =
      error instanceof AskRefused ? `${error.code}: ${error.message}` : String(error);
  }
}
