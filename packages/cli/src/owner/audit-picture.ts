// The audit as a picture: how well people can be found, beside what the policy promises, and how many secret bits an
// attacker gets right, by what is spent.

import type { AuditReport, Finding } from "@unseen/owner";
import { truePositiveRateAtMost } from "@unseen/privacy";
import { axes, box, escaped, inks, linear, logarithmic, path, picture, text } from "../output/svg.ts";

const width = 960;
const height = 470;
const leastRate = 0.0005;

/** Two charts side by side; it refers to nothing outside itself. */
export function auditPicture(report: AuditReport): string {
  const head = [
    text(32, 36, `Audit of ${report.dataset}`, { size: 20, weight: "bold" }),
    text(32, 58, headline(report), { size: 13, fill: "#555" }),
  ];
  return picture(width, height, `Audit of ${report.dataset}`, [...head, rocChart(report), barChart(report)]);
}

function headline({ promise, isBroken, findings }: AuditReport): string {
  const broken = findings.filter(({ verdict }) => verdict === "broken").length;
  const cap = `lifetime cap epsilon ${promise.epsilon}${promise.delta === 0 ? "" : ` at delta ${promise.delta.toExponential()}`}`;
  return isBroken
    ? `ALARM: ${broken} of ${findings.length} attacks got further than the policy allows (${cap})`
    : `None of ${findings.length} attacks got further than the policy allows (${cap})`;
}

/** True positives by false positives; each bound as a dashed line of the same colour. */
function rocChart({ curves }: AuditReport): string {
  const area = { left: 76, right: 460, top: 118, bottom: 400 };
  const x = logarithmic(leastRate, 1, area.left, area.right, [0.001, 0.01, 0.1, 1]);
  const y = linear(0, 1, area.bottom, area.top, [0, 0.25, 0.5, 0.75, 1]);
  const pure = curves.filter(({ delta }) => delta === 0);
  const rates = Array.from({ length: 80 }, (_, at) => leastRate ** (1 - at / 79));
  const line = (of: (rate: number) => number): [number, number][] =>
    rates.map((rate) => [x.place(rate), y.place(of(rate))]);
  const drawn = pure.flatMap(({ epsilon, points }, at) => {
    const stroke = inks[at % inks.length]!;
    const bound = path(
      line((rate) => truePositiveRateAtMost({ epsilon, delta: 0 }, rate)),
      { stroke, width: 1.5, dashes: "5 4" },
    );
    return [
      bound,
      path(
        line((rate) => between(points, rate)),
        { stroke, width: 2.5 },
      ),
    ];
  });
  const chance = path(
    line((rate) => rate),
    { stroke: "#999", width: 1, dashes: "2 3" },
  );
  const key = pure.map(({ epsilon, isBeyondCap }, at) => {
    const row = area.top + 18 + at * 18;
    const mark = box(area.left + 12, row + 3 - 9, 14, 4, inks[at % inks.length]!);
    return mark + text(area.left + 32, row, `epsilon ${epsilon}${isBeyondCap ? " (beyond the cap)" : ""}`);
  });
  const shown = { x: (value: number) => `${value * 100} %`, y: (value: number) => `${value * 100} %` };
  return [
    text(32, 88, "Was this person in the data?", { size: 14, weight: "bold" }),
    axes(x, y, area, { x: "people accused wrongly", y: "people found" }, shown),
    chance,
    ...drawn,
    ...key,
    text(area.left, area.bottom + 60, "whole: our attack. dashed: the most, but for chance. dotted: a coin", {
      size: 11,
      fill: "#555",
    }),
  ].join("\n");
}

function between(points: AuditReport["curves"][number]["points"], rate: number): number {
  const after = points.findIndex(({ falsePositives }) => falsePositives > rate);
  if (after <= 0) return after === 0 ? 0 : 1;
  const [a, b] = [points[after - 1]!, points[after]!];
  const share = (rate - a.falsePositives) / (b.falsePositives - a.falsePositives);
  return a.truePositives + share * (b.truePositives - a.truePositives);
}

/** For the most people that were tried, a group of bars for each amount spent. */
function barChart({ reconstructions }: AuditReport): string {
  const area = { left: 556, right: 928, top: 118, bottom: 400 };
  const people = Math.max(0, ...reconstructions.map((one) => one.people));
  const shares = reconstructions.filter((one) => one.people === people);
  const y = linear(0, 1, area.bottom, area.top, [0, 0.25, 0.5, 0.75, 1]);
  const group = (area.right - area.left) / Math.max(shares.length, 1);
  const x = { ticks: shares.map((_, at) => at), place: (at: number) => area.left + (at + 0.5) * group };
  const wide = Math.min(group * 0.32, 40);
  const bars = shares.flatMap(({ bySubsets, byPlaces, atMost, isBeyondCap }, at) => {
    const middle = x.place(at);
    const opacity = isBeyondCap ? 0.4 : 1;
    const tall = (share: number) => area.bottom - y.place(share);
    const bar = (left: number, share: number, fill: string) =>
      box(left, y.place(share), wide, tall(share), fill, opacity) +
      text(left + wide / 2, y.place(share) + 15, `${Math.round(share * 100)}`, {
        size: 11,
        anchor: "middle",
        fill: "#fff",
      });
    const limit = path(
      [
        [middle - wide - 6, y.place(atMost)],
        [middle + wide + 6, y.place(atMost)],
      ],
      { width: 2 },
    );
    return [bar(middle - wide - 1, bySubsets, inks[5]), bar(middle + 1, byPlaces, inks[0]), limit];
  });
  const coin = path(
    [
      [area.left, y.place(0.5)],
      [area.right, y.place(0.5)],
    ],
    { stroke: "#999", width: 1, dashes: "2 3" },
  );
  const shown = {
    x: (at: number) => `${shares[at]!.epsilon}${shares[at]!.isBeyondCap ? "*" : ""}`,
    y: (value: number) => `${value * 100} %`,
  };
  const legend = "light: subset counts. dark: a count a person. line: the most on average";
  const beyond = shares.some(({ isBeyondCap }) => isBeyondCap) ? "  * beyond the cap" : "";
  return [
    text(512, 88, `The secret bits of ${people} people`, { size: 14, weight: "bold" }),
    axes(x, y, area, { x: `epsilon spent${beyond}`, y: "bits guessed right" }, shown),
    ...bars,
    coin,
    text(area.left - 44, area.bottom + 60, legend, { size: 11, fill: "#555" }),
  ].join("\n");
}

/** The whole report as one page that needs nothing else. */
export function auditPage(reports: readonly AuditReport[], drawnAt: string): string {
  const sections = reports.map((report) => {
    const rows = report.findings.map(rowOf).join("\n");
    const paragraphs = report.inPlainWords.map((words) => `<p>${prose(words)}</p>`).join("\n");
    const advice = report.advice.map((words) => `<li>${prose(words)}</li>`).join("\n");
    return `<section>
${auditPicture(report)}
${paragraphs}
<h2>What follows from it</h2>
<ul>${advice}</ul>
<h2>Each attack</h2>
<table><thead><tr><th>attack</th><th>what it tried</th><th>allowed to spend</th><th>how far it got</th><th>what the policy promises</th><th>verdict</th></tr></thead>
<tbody>${rows}</tbody></table>
</section>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Audit of ${escaped(reports.map(({ dataset }) => dataset).join(", "))}</title>
<style>
body { font: 15px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; color: #222; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; }
svg { max-width: 100%; height: auto; border: 1px solid #ddd; border-radius: 6px; }
p, li { max-width: 46rem; }
table { border-collapse: collapse; font-size: 13px; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #e5e5e5; }
th { color: #555; font-weight: 600; }
.held { color: #00704d; font-weight: 600; } .broken { color: #b00020; font-weight: 700; } .not-tried { color: #777; }
footer { color: #777; font-size: 12px; margin-top: 2rem; }
</style></head><body>
${sections.join("\n")}
<footer>Drawn ${escaped(drawnAt)} by unseen audit. No row of the data was read: every attack was run on people who do not exist.</footer>
</body></html>
`;
}

function rowOf({ attack, tried, setting, reached, promised, verdict }: Finding): string {
  const cells = [attack, tried, setting, reached, promised].map((cell) => `<td>${prose(cell)}</td>`).join("");
  return `<tr>${cells}<td class="${verdict}">${verdict === "broken" ? "ALARM" : verdict.replace("-", " ")}</td></tr>`;
}

/** Escaped, with a number and its sign of percent on one line. */
function prose(words: string): string {
  return escaped(words).replaceAll(" %", "&nbsp;%").replaceAll("&gt; ", "&gt;&nbsp;");
}
