// Streams from place to place.
import { faint } from "./theme.js";
import { lines, writer } from "./words.js";

export function option(data, look, { narrow }) {
  const write = writer(data.unit);
  const targets = new Set(data.links.map((link) => link.target));
  const color = new Map(data.nodes.map((name, index) => [name, look.series[index % look.series.length]]));
  return {
    tooltip: {
      ...look.base.tooltip,
      formatter: ({ dataType, data: item, value }) => (dataType === "edge" ? lines(`${item.source} → ${item.target}`, [[null, data.words.people, write(item.value)]]) : lines(item.name, [[null, data.words.people, write(value)]])),
    },
    series: [
      {
        type: "sankey",
        left: 2,
        right: narrow ? 84 : 130,
        top: 10,
        bottom: 10,
        nodeWidth: 12,
        nodeGap: 14,
        nodeAlign: "justify",
        draggable: false,
        emphasis: { focus: "adjacency" },
        label: { ...look.text, color: look.ink, fontWeight: 600, position: "right", width: narrow ? 80 : 126, overflow: "truncate" },
        lineStyle: { curveness: 0.5, opacity: 1 },
        data: data.nodes.map((name) => ({ name, depth: targets.has(name) ? undefined : 0, itemStyle: { color: color.get(name), borderWidth: 0, borderRadius: 3 } })),
        links: data.links.map((link) => ({ source: link.source, target: link.target, value: link.count, href: link.href, lineStyle: { color: faint(color.get(link.source), 0.28) } })),
      },
    ],
  };
}
