// A funnel as lying bars, each over the ghost of the step before: what is lost is what is seen.
import { lines, writer } from "./words.js";

export function option(data, look, { width, narrow }) {
  const write = writer(data.unit);
  const steps = data.steps;
  const most = steps[0].count;
  const color = look.series[0];
  return {
    grid: { left: 4, right: 148, top: 6, bottom: 6, containLabel: true },
    xAxis: { type: "value", show: false, max: most },
    yAxis: {
      type: "category",
      inverse: true,
      data: steps.map((step) => step.label),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { ...look.text, color: look.ink, fontWeight: 600, width: Math.round(width * (narrow ? 0.26 : 0.22)), overflow: "break", lineHeight: 15 },
    },
    tooltip: {
      ...look.base.tooltip,
      formatter: ({ data: { step } }) =>
        lines(step.label, [
          [null, data.words.people, write(step.count)],
          [null, data.words.of_first, step.share_text + (step.interval_text ? ` (${step.interval_text})` : "")],
          [null, data.words.of_before, step.kept_text],
          step.time_text ? [null, data.words.time, step.time_text] : null,
        ]),
    },
    series: [
      {
        type: "bar",
        silent: true,
        barWidth: "64%",
        barGap: "-100%",
        z: 1,
        itemStyle: { color: look.heat.none, borderRadius: [0, 6, 6, 0] },
        data: steps.map((step, index) => (index ? steps[index - 1].count : step.count)),
      },
      {
        type: "bar",
        barWidth: "64%",
        z: 2,
        itemStyle: { color, borderRadius: [0, 6, 6, 0] },
        data: steps.map((step) => ({ value: step.count, step, href: step.href })),
      },
      // Labels in one column at the right edge, so that they can be compared.
      {
        type: "custom",
        silent: true,
        z: 3,
        tooltip: { show: false },
        encode: { x: 0, y: 1 },
        data: steps.map((step, index) => [most, index]),
        renderItem(params, api) {
          const step = steps[api.value(1)];
          const [x, y] = api.coord([api.value(0), api.value(1)]);
          const text = (string, dy, style) => ({ type: "text", x: x + 12, y: y + dy, style: { text: string, fontFamily: look.font, fontSize: 13, verticalAlign: "middle", ...style } });
          return {
            type: "group",
            children: [
              text(`${write(step.count)}  ·  ${step.share_text}`, step.time_text && !narrow ? -8 : 0, { fill: look.ink, fontWeight: 600 }),
              ...(step.time_text && !narrow ? [text(step.time_text, 9, { fill: look.soft, fontSize: 11 })] : []),
            ],
          };
        },
      },
    ],
  };
}
