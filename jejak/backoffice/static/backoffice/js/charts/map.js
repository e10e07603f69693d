// Places on the outlines of countries: as large as many stand behind a place, as dark as its number is high.
import { basis, lines, writer } from "./words.js";

export function option(data, look, { narrow }) {
  const write = writer(data.unit);
  const values = data.places.map((place) => place.value).filter((value) => value !== null);
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const most = Math.max(...data.places.map((place) => place.n ?? place.value ?? 0), 1);
  const mixed = mixer(look.heat.least, look.heat.most);
  const outlines = { stroke: look.line, fill: look.heat.none, lineWidth: 1 };
  return {
    grid: { left: 0, right: 0, top: 0, bottom: 0 },
    xAxis: { show: false, min: 0, max: 1 },
    yAxis: { show: false, min: 0, max: 1 },
    tooltip: {
      ...look.base.tooltip,
      formatter: ({ data: { place } }) => {
        const extra = basis(place, write);
        return lines(place.label, [[null, data.y_label, write(place.value)], extra ? [null, extra, ""] : null]);
      },
    },
    series: [
      {
        type: "custom",
        silent: true,
        clip: true,
        tooltip: { show: false },
        data: [[0, 0]],
        renderItem({ coordSys }) {
          const at = projection(data.box, coordSys);
          const children = data.outlines.map((ring) => ({ type: "polygon", shape: { points: ring.map(at) }, style: outlines }));
          return { type: "group", children };
        },
      },
      {
        type: "custom",
        clip: true,
        cursor: data.places.some((place) => place.href) ? "pointer" : "default",
        data: data.places.map((place) => ({ value: [0, 0], place, href: place.href })),
        renderItem({ coordSys, dataIndex }) {
          const place = data.places[dataIndex];
          const [x, y] = projection(data.box, coordSys)([place.longitude, place.latitude]);
          const radius = 5 + (narrow ? 9 : 15) * Math.sqrt(Math.max(0, place.n ?? place.value ?? 0) / most);
          const share = max > min ? (place.value - min) / (max - min) : 1;
          return {
            type: "circle",
            shape: { cx: x, cy: y, r: radius },
            style: { fill: mixed(share), stroke: look.card, lineWidth: 1.5, opacity: place.small ? 0.5 : 0.92 },
            textContent: { style: { text: data.places.length > (narrow ? 6 : 24) ? "" : `${place.label}  ${write(place.value)}`, fill: look.ink, stroke: look.card, lineWidth: 3, fontFamily: look.font, fontSize: narrow ? 10 : 12, fontWeight: 600 } },
            textConfig: { position: x > coordSys.x + coordSys.width * 0.72 ? "left" : "right", distance: 5 },
          };
        },
        labelLayout: { hideOverlap: true },
      },
    ],
  };
}

// Degrees onto the picture: all of the box is seen, and a degree is as wide in the middle of it as it is high.
function projection({ west, south, east, north }, { x, y, width, height }) {
  const narrower = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const scale = Math.min(width / ((east - west) * narrower), height / (north - south));
  const [left, top] = [x + width / 2, y + height / 2];
  return ([longitude, latitude]) => [left + (longitude - (west + east) / 2) * narrower * scale, top - (latitude - (south + north) / 2) * scale];
}

function mixer(from, to) {
  const parts = [from, to].map((color) => color.match(/[\d.]+/g).slice(0, 3).map(Number));
  return (share) => `rgb(${parts[0].map((value, index) => Math.round(value + (parts[1][index] - value) * (0.25 + 0.75 * share))).join(",")})`;
}
