// Numbers as the language of the page writes them, and lines of tooltips.
const language = { id: "id-ID", ms: "ms-MY" }[document.documentElement.lang] ?? document.documentElement.lang;

/** How a unit (charts.py) writes a value; short for axes. */
export function writer(unit, short = false) {
  if (unit.kind === "seconds") return lasting;
  const compact = short && unit.kind !== "percent";
  const format = new Intl.NumberFormat(
    language,
    compact ? { notation: "compact", maximumFractionDigits: 1 } : { minimumFractionDigits: short ? 0 : unit.decimals, maximumFractionDigits: unit.decimals },
  );
  const around = unit.kind === "percent" ? (text) => text + "%" : (text) => unit.sign + text;
  return (value) => (value === null || value === undefined ? "–" : around(format.format(value)));
}

/** 93784 seconds as "1 d 2 h". */
function lasting(seconds) {
  const parts = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const index = parts.findIndex(([, size]) => Math.abs(seconds) >= size);
  const [name, size] = parts[index < 0 ? 3 : index];
  return new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "narrow", maximumFractionDigits: 1 }).format(seconds / size);
}

export function escaped(text) {
  return String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** The lines of a tooltip: its head in bold, then pairs of a sign, words and a value. */
export function lines(head, rows) {
  const body = rows
    .filter(Boolean)
    .map(([marker, label, value]) => `<div style="display:flex;gap:16px;justify-content:space-between"><span>${marker ?? ""}${escaped(label)}</span><b>${escaped(value)}</b></div>`);
  return `<div style="font-weight:700;margin-bottom:2px">${escaped(head)}</div>${body.join("")}`;
}

/** The distance of an axis' lines, where a whole scale of percentages is shown. */
export function quarters(unit) {
  return unit.kind === "percent" && unit.least === 0 && unit.most === 100 ? 25 : undefined;
}

/** The interval and n of a value, as far as it has them. */
export function basis(value, write) {
  const parts = [];
  if (value.low !== null && value.low !== undefined) parts.push(`95 %: ${write(value.low)} – ${write(value.high)}`);
  if (value.n !== null && value.n !== undefined) parts.push(`n = ${new Intl.NumberFormat(language).format(value.n)}`);
  return parts.join(" · ");
}

export { language };
