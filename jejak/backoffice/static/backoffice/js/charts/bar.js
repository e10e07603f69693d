// Bars with their 95 % intervals as whiskers; groups beside or on top of each other.
import { faint } from "./theme.js";
import { basis, lines, quarters, writer } from "./words.js";

export function option(data, look, { width, narrow }) {
  const write = writer(data.unit);
  const short = writer(data.unit, true);
  const labels = [...new Set(data.bars.map((bar) => bar.label))];
  const groups = [...new Set(data.bars.map((bar) => bar.series))];
  const several = groups.length > 1;
  const at = new Map(labels.map((label, index) => [label, index]));
  const series = groups.flatMap((group, hue) => {
    const bars = labels.map((label) => data.bars.find((bar) => bar.label === label && bar.series === group) ?? null);
    const color = look.series[hue % look.series.length];
    return [blocks(group, bars, color, { data, look, write, several }), several ? null : whiskers(bars, data.upright, look)].filter(Boolean);
  });
  if (data.reference !== null) series[0].markLine = reference(data, look);
  const category = {
    type: "category",
    data: labels,
    inverse: !data.upright,
    ...look.axis,
    axisLine: { show: data.upright, lineStyle: { color: look.line } },
    splitLine: { show: false },
    axisLabel: { ...look.text, color: look.ink, width: data.upright ? undefined : Math.round(width * (narrow ? 0.34 : 0.28)), overflow: "truncate", hideOverlap: data.upright },
  };
  const whole = wholeScale(data) ? 100 : undefined;
  const value = { type: "value", ...look.axis, axisLine: { show: false }, min: data.unit.least ?? undefined, max: data.unit.most ?? whole, interval: whole ? 25 : quarters(data.unit), splitNumber: narrow ? 3 : 4, axisLabel: { ...look.text, formatter: short, hideOverlap: true } };
  return {
    grid: { left: 4, right: data.upright ? 8 : narrow ? 44 : 64, top: (several ? 36 : 10) + (data.reference === null ? 0 : 14), bottom: 4, containLabel: true },
    legend: several ? { top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 12, textStyle: look.text } : undefined,
    xAxis: data.upright ? category : value,
    yAxis: data.upright ? value : category,
    tooltip: {
      ...look.base.tooltip,
      formatter: ({ data: { bar }, marker }) => {
        const extra = basis(bar, write);
        return lines(bar.label, [[marker, bar.series || data.y_label, write(bar.value)], extra ? [null, extra, ""] : null]);
      },
    },
    series,
  };
}

// Shares end at 100: an axis up to 120 % would promise more than there can be.
function wholeScale(data) {
  const highest = Math.max(...data.bars.map((bar) => bar.high ?? bar.value ?? 0));
  return data.unit.kind === "percent" && (data.stacked || (highest > 60 && highest <= 100));
}

function blocks(group, bars, color, { data, look, write, several }) {
  const radius = data.stacked ? 0 : data.upright ? [5, 5, 0, 0] : [0, 5, 5, 0];
  const ranged = bars.some((bar) => bar && bar.low !== null);
  const tones = new Set(bars.filter(Boolean).map((bar) => bar.tone));
  return {
    name: group,
    type: "bar",
    itemStyle: { color: tones.size === 1 ? look.tone([...tones][0], color) : color }, // The legend shows this one.
    stack: data.stacked ? "all" : undefined,
    barMaxWidth: data.upright ? 44 : 26,
    barCategoryGap: "36%",
    cursor: bars.some((bar) => bar?.href) ? "pointer" : "default",
    label: {
      show: !several && !ranged && !data.upright,
      position: "right",
      ...look.text,
      color: look.ink,
      fontWeight: 600,
      formatter: ({ data: { bar } }) => write(bar.value),
    },
    data: bars.map((bar) => {
      if (!bar) return { value: null, bar: { label: "", series: group } };
      const own = look.tone(bar.tone, color);
      return { value: bar.value, bar, href: bar.href, itemStyle: { color: bar.small ? faint(own, 0.45) : own, borderRadius: radius } };
    }),
  };
}

function whiskers(bars, upright, look) {
  if (!bars.some((bar) => bar && bar.low !== null)) return null;
  return {
    type: "custom",
    silent: true,
    z: 5,
    tooltip: { show: false },
    encode: upright ? { x: 0, y: [1, 2] } : { y: 0, x: [1, 2] },
    data: bars.flatMap((bar, index) => (bar && bar.low !== null ? [[index, bar.low, bar.high]] : [])),
    renderItem(params, api) {
      const place = (value) => api.coord(upright ? [api.value(0), value] : [value, api.value(0)]);
      const [x1, y1] = place(api.value(1));
      const [x2, y2] = place(api.value(2));
      const end = 4;
      const style = { stroke: look.ink, lineWidth: 1.5, opacity: 0.75 };
      const line = (a, b, c, d) => ({ type: "line", shape: { x1: a, y1: b, x2: c, y2: d }, style });
      return {
        type: "group",
        children: upright
          ? [line(x1, y1, x2, y2), line(x1 - end, y1, x1 + end, y1), line(x2 - end, y2, x2 + end, y2)]
          : [line(x1, y1, x2, y2), line(x1, y1 - end, x1, y1 + end), line(x2, y2 - end, x2, y2 + end)],
      };
    },
  };
}

function reference(data, look) {
  return {
    silent: true,
    symbol: "none",
    lineStyle: { color: look.accent, type: "solid", width: 2 },
    label: { ...look.text, fontWeight: 600, formatter: data.reference_label, position: data.upright ? "insideEndTop" : "start" },
    data: [data.upright ? { yAxis: data.reference } : { xAxis: data.reference }],
  };
}
