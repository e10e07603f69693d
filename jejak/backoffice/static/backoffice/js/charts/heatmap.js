// Values at the crossings of two things, told by colour; the number itself stands in the field where it fits.
import { basis, lines, writer } from "./words.js";

export function option(data, look, { width, narrow }) {
  const write = writer(data.unit);
  const short = writer(data.unit, true);
  const values = data.cells.map((cell) => cell.value).filter((value) => value !== null);
  const highest = Math.max(...values);
  const lowest = Math.min(...values);
  const reach = Math.max(Math.abs(highest), Math.abs(lowest)) || 1;
  const [min, max] = data.diverging ? [-reach, reach] : [Math.min(0, lowest), highest || 1];
  const colors = data.diverging ? [look.heat.below, look.heat.none, look.heat.most] : [look.heat.least, look.heat.most];
  const readable = inks(colors, look);
  const place = (width - 100) / data.columns.length;
  const fits = place > 38;
  const few = data.columns.length <= 8; // Each has its name, on two lines if need be.
  const names = (axis) => ({ type: "category", data: axis, axisLine: { show: false }, axisTick: { show: false }, splitArea: { show: false }, axisLabel: { ...look.text, hideOverlap: true } });
  return {
    grid: { left: 4, right: 4, top: 4, bottom: 44, containLabel: true },
    xAxis: few ? { ...names(data.columns), axisLabel: { ...look.text, interval: 0, width: Math.floor(place) - 6, overflow: narrow ? "truncate" : "break" } } : names(data.columns),
    yAxis: { ...names(data.rows), inverse: true, axisLabel: { ...look.text, color: look.ink, width: Math.round(width * 0.26), overflow: "truncate" } },
    visualMap: { min, max, calculable: false, orient: "horizontal", left: "center", bottom: 0, itemWidth: 10, itemHeight: narrow ? 110 : 180, text: [short(max), short(min)], textStyle: look.text, inRange: { color: colors } },
    tooltip: {
      ...look.base.tooltip,
      formatter: ({ data: { cell } }) => {
        const extra = basis(cell, write);
        return lines(`${data.rows[cell.row]} · ${data.columns[cell.column]}`, [[null, "", write(cell.value)], extra ? [null, extra, ""] : null]);
      },
    },
    series: [
      {
        type: "heatmap",
        cursor: data.cells.some((cell) => cell.href) ? "pointer" : "default",
        label: { show: fits, fontFamily: look.font, fontSize: 12, formatter: ({ data: { cell } }) => (cell.value === null ? "" : short(cell.value)) },
        itemStyle: { borderColor: look.card, borderWidth: 3, borderRadius: 7 },
        emphasis: { itemStyle: { borderColor: look.ink, borderWidth: 1.5 } },
        data: data.cells
          .filter((cell) => cell.value !== null)
          .map((cell) => ({ value: [cell.column, cell.row, cell.value], cell, href: cell.href, label: { color: readable((cell.value - min) / (max - min || 1)) } })),
      },
    ],
  };
}

// Dark words on light fields and light ones on dark fields, by the brightness of the mixed colour.
function inks(colors, look) {
  const parts = colors.map((color) => color.match(/[\d.]+/g).slice(0, 3).map(Number));
  const bright = ([red, green, blue]) => 0.299 * red + 0.587 * green + 0.114 * blue;
  return (share) => {
    const place = Math.min(0.999, Math.max(0, share)) * (parts.length - 1);
    const [from, to] = [parts[Math.floor(place)], parts[Math.floor(place) + 1]];
    const mixed = from.map((value, index) => value + (to[index] - value) * (place % 1));
    return bright(mixed) > 140 ? "#10201a" : "#ffffff";
  };
}
