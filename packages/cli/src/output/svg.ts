// Parts of a picture that stands alone: text, lines, axes, and a plot area that turns numbers into places.

/** Readable on white and distinguishable by people who see few colours: Okabe and Ito 2008. */
export const inks = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"] as const;
const ink = "#222";
const faint = "#ddd";
const font = "system-ui, 'Segoe UI', Helvetica, Arial, sans-serif";

export type Scale = { place(value: number): number; readonly ticks: readonly number[] };

export function linear(
  from: number,
  to: number,
  start: number,
  end: number,
  ticks: readonly number[],
): Scale {
  return { ticks, place: (value) => start + ((value - from) / (to - from)) * (end - start) };
}

export function logarithmic(
  from: number,
  to: number,
  start: number,
  end: number,
  ticks: readonly number[],
): Scale {
  const [low, high] = [Math.log(from), Math.log(to)];
  return {
    ticks,
    place: (value) => start + ((Math.log(Math.max(value, from)) - low) / (high - low)) * (end - start),
  };
}

export type TextStyle = {
  readonly size?: number;
  readonly anchor?: "start" | "middle" | "end";
  readonly weight?: "bold" | "normal";
  readonly fill?: string;
};

export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = 12, anchor = "start", weight = "normal", fill = ink } = style;
  return `<text x="${n(x)}" y="${n(y)}" font-size="${size}" text-anchor="${anchor}" font-weight="${weight}" fill="${fill}">${escaped(content)}</text>`;
}

export type LineStyle = { readonly stroke?: string; readonly width?: number; readonly dashes?: string };

export function path(points: readonly (readonly [x: number, y: number])[], style: LineStyle = {}): string {
  const { stroke = ink, width = 2, dashes } = style;
  const d = points.map(([x, y], at) => `${at === 0 ? "M" : "L"}${n(x)} ${n(y)}`).join("");
  return `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linejoin="round"${dashes === undefined ? "" : ` stroke-dasharray="${dashes}"`}/>`;
}

export function box(x: number, y: number, width: number, height: number, fill: string, opacity = 1): string {
  return `<rect x="${n(x)}" y="${n(y)}" width="${n(Math.max(width, 0))}" height="${n(Math.max(height, 0))}" fill="${fill}"${opacity === 1 ? "" : ` fill-opacity="${opacity}"`}/>`;
}

/** A grid with its numbers below and to the left, and what they are. */
export function axes(
  x: Scale,
  y: Scale,
  area: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number },
  named: { readonly x: string; readonly y: string },
  shown: { readonly x: (value: number) => string; readonly y: (value: number) => string },
): string {
  const { left, right, top, bottom } = area;
  const across = y.ticks.map((value) => {
    const at = y.place(value);
    const line = path(
      [
        [left, at],
        [right, at],
      ],
      { stroke: faint, width: 1 },
    );
    return line + text(left - 8, at + 4, shown.y(value), { anchor: "end", fill: "#555" });
  });
  const down = x.ticks.map((value) =>
    text(x.place(value), bottom + 18, shown.x(value), { anchor: "middle", fill: "#555" }),
  );
  const base = path(
    [
      [left, bottom],
      [right, bottom],
    ],
    { width: 1 },
  );
  const names = [
    text((left + right) / 2, bottom + 40, named.x, { anchor: "middle" }),
    text(left - 44, top - 14, named.y, { anchor: "start" }),
  ];
  return [...across, ...down, base, ...names].join("\n");
}

/** A whole picture; `title` is read out where it cannot be seen. */
export function picture(width: number, height: number, title: string, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="${font}">
<title>${escaped(title)}</title>
<rect width="${width}" height="${height}" fill="#fff"/>
${parts.join("\n")}
</svg>
`;
}

/** Text within XML or HTML. */
export function escaped(content: string): string {
  return content
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
