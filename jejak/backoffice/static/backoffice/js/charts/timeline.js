// Moments as dots and spans as bars, on lanes over time.
import { faint } from "./theme.js";
import { lines } from "./words.js";
import { day } from "./line.js";

export function option(data, look, { width, narrow }) {
  const height = 18;
  const times = data.moments.flatMap((moment) => [Date.parse(moment.at), Date.parse(moment.until ?? moment.at)]);
  const room = (Math.max(...times) - Math.min(...times)) * 0.03 || 3_600_000;
  const ends = { least: Math.min(...times) - room, most: Math.max(...times) + room };
  return {
    grid: { left: 4, right: 16, top: 4, bottom: 4, containLabel: true },
    xAxis: { type: "time", ...look.axis, axisLabel: { ...look.text, hideOverlap: true, margin: 12, formatter: day }, splitNumber: narrow ? 3 : 6, min: ends.least, max: ends.most },
    yAxis: { type: "category", inverse: true, data: data.lanes, axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: true, lineStyle: { color: look.line } }, axisLabel: { ...look.text, color: look.ink, fontWeight: 600, width: Math.round(width * 0.24), overflow: "truncate" } },
    tooltip: { ...look.base.tooltip, formatter: ({ data: { moment } }) => lines(moment.label, [[null, moment.text, ""]]) },
    series: [
      {
        type: "custom",
        encode: { x: [0, 1], y: 2 },
        clip: false,
        data: data.moments.map((moment) => ({ value: [moment.at, moment.until ?? moment.at, moment.lane], moment, href: moment.href })),
        renderItem(params, api) {
          const [left, y] = api.coord([api.value(0), api.value(2)]);
          const [right] = api.coord([api.value(1), api.value(2)]);
          const moment = data.moments[params.dataIndex];
          const color = look.tone(moment.tone, look.series[moment.lane % look.series.length]);
          if (!moment.until) return { type: "circle", shape: { cx: left, cy: y, r: 6 }, style: { fill: color, stroke: look.card, lineWidth: 2 } };
          const bar = { x: left, y: y - height / 2, width: Math.max(right - left, 4), height, r: 5 };
          return {
            type: "group",
            children: [
              { type: "rect", shape: bar, style: { fill: faint(color, 0.28), stroke: color, lineWidth: 1.25 } },
              { type: "text", silent: true, x: left + 7, y, style: { text: moment.label, fill: look.ink, fontSize: 12, fontFamily: look.font, width: Math.max(bar.width - 12, 0), overflow: "truncate", verticalAlign: "middle" }, invisible: bar.width < 44 },
            ],
          };
        },
      },
    ],
  };
}
