// How well each attack tells members from outsiders, beside the most that the promise allows and beside a coin.

import type { TrainingAudit } from "@unseen/learning";
import { truePositiveRateAtMost } from "@unseen/privacy";
import { axes, box, inks, logarithmic, path, picture, text } from "../output/svg.ts";

const [width, height] = [560, 480];
const least = 0.001;
const area = { left: 76, right: 520, top: 96, bottom: 400 };

/** Both axes are logarithmic: harm is done where few are accused wrongly. */
export function modelPicture({ attacks, promised, epsilonShown, rows }: TrainingAudit): string {
  const ticks = [0.001, 0.01, 0.1, 1];
  const x = logarithmic(least, 1, area.left, area.right, ticks);
  const y = logarithmic(least, 1, area.bottom, area.top, ticks);
  const drawn = attacks.map(({ roc }, at) => {
    const points = roc.points.map(
      ({ falsePositives, truePositives }) =>
        [x.place(falsePositives / roc.outsiders), y.place(truePositives / roc.members)] as const,
    );
    return path(points, { stroke: inks[at]!, width: 2.5 });
  });
  const rates = Array.from({ length: 80 }, (_, at) => least ** (1 - at / 79));
  const curve = (of: (rate: number) => number) =>
    rates.map((rate) => [x.place(rate), y.place(of(rate))] as const);
  const bound =
    promised === undefined
      ? []
      : [
          path(
            curve((rate) => truePositiveRateAtMost(promised, rate)),
            { width: 1.5, dashes: "5 4" },
          ),
        ];
  const key = attacks.map(({ name }, at) => {
    const row = area.top + 18 + at * 18;
    return box(area.left + 12, row - 6, 14, 4, inks[at]!) + text(area.left + 32, row, name);
  });
  const percent = (share: number) => `${100 * share} %`;
  const said =
    promised === undefined
      ? `trained without privacy; shown: epsilon ${epsilonShown.toFixed(2)}`
      : `promised: epsilon ${promised.epsilon.toFixed(2)} (dashed); shown: ${epsilonShown.toFixed(2)}`;
  return picture(width, height, "Audit of a training", [
    text(32, 36, "Was this row in the training?", { size: 18, weight: "bold" }),
    text(32, 58, `${rows} rows; ${said}`, { size: 13, fill: "#555" }),
    axes(x, y, area, { x: "outsiders accused wrongly", y: "members found" }, { x: percent, y: percent }),
    path(
      curve((rate) => rate),
      { stroke: "#999", width: 1, dashes: "2 3" },
    ),
    ...bound,
    ...drawn,
    ...key,
  ]);
}
