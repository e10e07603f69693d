// Draws the charts of a page when they come near the screen. The numbers lie beside each as JSON, and in its table.
import { downloadCsv, downloadPng } from "./charts/downloads.js";
import { theme } from "./charts/theme.js";

const kinds = {
  line: () => import("./charts/line.js"),
  bar: () => import("./charts/bar.js"),
  funnel: () => import("./charts/funnel.js"),
  sankey: () => import("./charts/sankey.js"),
  heatmap: () => import("./charts/heatmap.js"),
  timeline: () => import("./charts/timeline.js"),
  map: () => import("./charts/map.js"),
};
const drawn = new Map();

const near = new IntersectionObserver(
  (entries) => {
    for (const entry of entries.filter((entry) => entry.isIntersecting)) {
      near.unobserve(entry.target);
      draw(entry.target);
    }
  },
  { rootMargin: "300px" },
);
const sized = new ResizeObserver((entries) => {
  for (const entry of entries) drawn.get(entry.target.closest("[data-chart]"))?.resize();
});

async function draw(figure) {
  const picture = figure.querySelector(".jk-chart__picture");
  try {
    const [echarts, kind] = await Promise.all([import("../../vendor/echarts/echarts.js"), kinds[figure.dataset.chart]()]);
    if (!picture.isConnected) return;
    const chart = echarts.init(picture, null, { renderer: "svg" });
    drawn.set(figure, chart);
    paint(figure, kind);
    chart.on("click", (event) => event.data?.href && location.assign(event.data.href));
    sized.observe(picture);
  } catch (error) {
    figure.dataset.failed = "";  // The table takes its place.
    console.error(error);
  }
}

async function paint(figure, kind) {
  const chart = drawn.get(figure);
  const data = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const look = theme(figure);
  const width = chart.getWidth();
  const option = kind.option(data, look, { width, narrow: width < 480 });
  chart.setOption({ ...look.base, ...option, animation: look.moves }, true);
  figure.dataset.drawn = "";
}

function repaint() {
  for (const [figure] of drawn) {
    if (!figure.isConnected) {
      drawn.get(figure).dispose();
      drawn.delete(figure);
    } else kinds[figure.dataset.chart]().then((kind) => paint(figure, kind));
  }
}

function prepare(root) {
  const figures = [...root.querySelectorAll("[data-chart]")];
  if (root.matches?.("[data-chart]")) figures.push(root);
  for (const figure of figures) {
    const tools = figure.querySelector(".jk-chart__tools");
    if (!tools || figure.dataset.ready !== undefined) continue;
    figure.dataset.ready = "";
    tools.hidden = false;
    const toggle = figure.querySelector("[data-chart-toggle]");
    toggle.addEventListener("click", () => {
      const open = figure.querySelector(".jk-chart__table").toggleAttribute("data-open");
      toggle.setAttribute("aria-expanded", open);
    });
    figure.querySelector("[data-chart-csv]").addEventListener("click", () => downloadCsv(figure));
    figure.querySelector("[data-chart-png]").addEventListener("click", () => drawn.has(figure) && downloadPng(figure, drawn.get(figure)));
    near.observe(figure);
  }
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
new MutationObserver(repaint).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
prepare(document);
