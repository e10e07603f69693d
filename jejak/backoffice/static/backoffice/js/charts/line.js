// Lines over time, each with the band of its 95 % interval.
import { faint } from "./theme.js";
import { basis, language, lines, quarters, writer } from "./words.js";

export function option(data, look, { width }) {
  const write = writer(data.unit);
  const short = writer(data.unit, true);
  let hue = 0;
  const series = data.series.flatMap((line) => {
    const color = line.comparison ? look.comparison : look.series[hue++ % look.series.length];
    return [band(line, color), stroke(line, color, look)].filter(Boolean);
  });
  if (data.marks.length && series.length) {
    series.at(-1).markLine = {
      silent: true,
      symbol: "none",
      lineStyle: { color: look.accent, type: "solid", width: 1.5 },
      label: { ...look.text, fontWeight: 600, formatter: (mark) => mark.name, position: "end", rotate: 0, distance: 4 },
      data: data.marks.map((mark) => ({ name: mark.label, xAxis: mark.at })),
    };
    series.at(-1).markArea = {
      silent: true,
      itemStyle: { color: faint(look.accent, 0.12) },
      data: data.marks.filter((mark) => mark.until).map((mark) => [{ xAxis: mark.at }, { xAxis: mark.until }]),
    };
  }
  const several = data.series.length > 1;
  return {
    grid: { left: 4, right: 12, top: (several ? 36 : 14) + (data.marks.length ? 12 : 0), bottom: 4, containLabel: true },
    legend: several ? { top: 0, left: 0, icon: "roundRect", itemWidth: 14, itemHeight: 4, textStyle: look.text, data: data.series.map((line) => line.name), type: "scroll" } : undefined,
    xAxis: { type: "time", ...look.axis, splitLine: { show: false }, axisLabel: { ...look.text, hideOverlap: true, margin: 12, alignMinLabel: "left", alignMaxLabel: "right", formatter: day, customValues: labelled(data.series, width) } },
    yAxis: { type: "value", ...look.axis, axisLine: { show: false }, scale: data.unit.least !== null, min: data.unit.least ?? undefined, max: data.unit.most ?? undefined, interval: quarters(data.unit), splitNumber: 4, axisLabel: { ...look.text, formatter: short } },
    tooltip: { ...look.base.tooltip, trigger: "axis", axisPointer: { lineStyle: { color: look.soft } }, formatter: (points) => tip(points, write) },
    series,
  };
}

// Labels stand under points, as many as fit; the axis by itself would mix months, weeks and days.
function labelled(series, width) {
  const times = [...new Set(series.flatMap((line) => line.points.map((point) => point.at)))].sort();
  const step = Math.max(1, Math.ceil(times.length / Math.max(2, Math.floor(width / 92))));
  return times.filter((_, index) => index % step === 0).map((at) => new Date(at).getTime());
}

function stroke(line, color, look) {
  const few = line.points.filter((point) => point.value !== null).length < 20;
  return {
    name: line.name,
    type: "line",
    z: line.comparison ? 2 : 3,
    showSymbol: few && !line.comparison,
    symbol: "circle",
    symbolSize: 7,
    connectNulls: false,
    itemStyle: { color, borderColor: look.card, borderWidth: 1.5 },
    lineStyle: { color, width: line.comparison ? 1.75 : 2.5, type: line.comparison ? [5, 5] : "solid" },
    data: line.points.map((point) => ({ value: [point.at, point.value], point, href: point.href })),
    cursor: line.points.some((point) => point.href) ? "pointer" : "default",
    universalTransition: false,
  };
}

// A polygon along the upper ends and back along the lower ones; gaps split it.
function band(line, color) {
  const parts = [];
  let part = [];
  for (const point of line.points) {
    if (point.low === null || point.high === null) {
      if (part.length) parts.push(part);
      part = [];
    } else part.push(point);
  }
  if (part.length) parts.push(part);
  if (!parts.length || line.comparison) return null;
  return {
    name: line.name,
    type: "custom",
    silent: true,
    z: 1,
    tooltip: { show: false },
    itemStyle: { color },
    encode: { x: 0, y: [1, 2] },
    data: parts.flatMap((points, index) => points.map((point) => [point.at, point.low, point.high, index])),
    renderItem(params, api) {
      const context = params.context;
      context.done ??= new Set();
      const index = api.value(3);
      if (context.done.has(index)) return null;
      context.done.add(index);
      const points = parts[index];
      const top = points.map((point) => api.coord([point.at, point.high]));
      const bottom = points.map((point) => api.coord([point.at, point.low])).reverse();
      return { type: "polygon", shape: { points: [...top, ...bottom] }, style: { fill: faint(color, 0.16) } };
    },
  };
}

function tip(points, write) {
  const shown = points.filter((point) => point.data?.point);
  if (!shown.length) return "";
  const rows = shown.flatMap(({ marker, seriesName, data: { point } }) => {
    const extra = basis(point, write);
    return [[marker, seriesName, write(point.value)], extra ? [null, extra, ""] : null];
  });
  return lines(shown[0].data.point.label, rows);
}

/** A day of the time axis; the first of a year is the year. */
export function day(milliseconds) {
  const date = new Date(milliseconds);
  const first = date.getMonth() === 0 && date.getDate() === 1;
  if (first) return String(date.getFullYear());
  // The day first, as on all pages; the browser would write American dates in English.
  return `${date.getDate()} ${new Intl.DateTimeFormat(language, { month: "short" }).format(date)}`;
}
