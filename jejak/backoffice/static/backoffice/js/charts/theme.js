// Colours and words of the page, for charts. The style sheet alone knows the colours.

/** What charts look like on this element, now: by day or by night. */
export function theme(element) {
  const probe = document.createElement("span");
  probe.style.transition = "none";  // Otherwise the colour asked for is still on its way.
  element.append(probe);
  const color = (name) => {
    probe.style.color = `var(--jk-${name})`;
    return getComputedStyle(probe).color;
  };
  const made = look(color, getComputedStyle(element).fontFamily, !matchMedia("(prefers-reduced-motion: reduce)").matches);
  probe.remove();
  return made;
}

/** The same from colours by name; where there is no page (pictures.py), too. */
export function look(color, font, moves) {
  const look = {
    ink: color("ink"),
    soft: color("soft"),
    line: color("line"),
    card: color("card"),
    raised: color("raised"),
    accent: color("accent"),
    brand: color("brand"),
    comparison: color("comparison"),
    good: color("good"),
    bad: color("bad"),
    warn: color("series-2"),
    heat: { none: color("heat-none"), least: color("heat-least"), most: color("heat-most"), below: color("heat-below") },
    series: [1, 2, 3, 4, 5, 6].map((number) => color(`series-${number}`)),
    font,
    moves,
  };
  const text = { color: look.soft, fontFamily: look.font, fontSize: 12 };
  look.text = text;
  look.base = {
    textStyle: text,
    color: look.series,
    animationDuration: 350,
    animationEasing: "cubicOut",
    aria: { enabled: false },  // The figure has a name and a table of its own.
    tooltip: {
      trigger: "item",
      confine: true,
      backgroundColor: look.raised,
      borderColor: look.line,
      borderWidth: 1,
      padding: [10, 14],
      textStyle: { ...text, color: look.ink, fontSize: 13 },
      extraCssText: "border-radius:10px;box-shadow:0 8px 28px -8px rgb(10 20 14 / .35);",
    },
  };
  look.tone = (tone, otherwise) => ({ good: look.series[0], bad: look.series[4], warn: look.series[1], calm: look.comparison })[tone] ?? otherwise;
  look.axis = { axisLine: { lineStyle: { color: look.line } }, axisTick: { show: false }, axisLabel: text, splitLine: { lineStyle: { color: look.line, type: [2, 4] } }, nameTextStyle: text };
  return look;
}

/** A colour with some of it taken away. */
export function faint(color, share) {
  return color.replace(/^rgba?\(([^)]+)\)$/, (_, parts) => `rgba(${parts.split(/[ ,/]+/).slice(0, 3).join(",")},${share})`);
}
