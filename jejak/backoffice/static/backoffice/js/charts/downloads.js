// The numbers of a chart as CSV, and its picture as PNG. Both are made here, in the browser.

export function downloadCsv(figure) {
  const rows = [...figure.querySelectorAll(".jk-chart__table tr")].map((row) => [...row.cells].map((cell) => quoted(cell.dataset.raw ?? cell.textContent.trim())).join(","));
  // The mark at the beginning tells spreadsheets that this is UTF-8.
  save(new Blob(["\ufeff", rows.join("\r\n"), "\r\n"], { type: "text/csv;charset=utf-8" }), name(figure, "csv"));
}

export async function downloadPng(figure, chart) {
  const scale = 2;
  const picture = new Image();
  picture.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(await drawing(figure));
  await picture.decode();
  const [width, height, head] = [chart.getWidth(), chart.getHeight(), description(figure) ? 66 : 44];
  const canvas = Object.assign(document.createElement("canvas"), { width: (width + 32) * scale, height: (height + head + 24) * scale });
  const brush = canvas.getContext("2d");
  const card = getComputedStyle(figure.closest(".jk-card") ?? document.body);
  brush.scale(scale, scale);
  brush.fillStyle = card.backgroundColor;
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.fillStyle = card.color;
  brush.font = `700 17px ${card.fontFamily}`;
  brush.fillText(title(figure), 16, 30);
  brush.font = `400 13px ${card.fontFamily}`;
  brush.fillText(description(figure), 16, 52, width);
  brush.drawImage(picture, 16, head, width, height);
  save(await new Promise((done) => canvas.toBlob(done, "image/png")), name(figure, "png"));
}

// The drawing as it stands on the page, with its font within: a picture may not load one.
async function drawing(figure) {
  const svg = figure.querySelector(".jk-chart__picture svg").cloneNode(true);
  const font = await (await fetch(new URL("../../../vendor/plus-jakarta-sans/latin.woff2", import.meta.url))).blob();
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = `@font-face { font-family: "Plus Jakarta Sans"; font-weight: 200 800; src: url("${await asUrl(font)}"); }`;
  svg.prepend(style);
  return new XMLSerializer().serializeToString(svg);
}

function asUrl(blob) {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(blob);
  });
}

function title(figure) {
  return figure.querySelector(".jk-chart__title").textContent.trim();
}

function description(figure) {
  return figure.querySelector(".jk-chart__description")?.textContent.trim() ?? "";
}

function name(figure, ending) {
  const words = title(figure).toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
  return `${words || "chart"}.${ending}`;
}

// A cell that begins like a formula must not become one in a spreadsheet.
function quoted(text) {
  const safe = /^[=+@\t\r]|^-(?![\d.])/.test(text) ? "'" + text : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function save(blob, filename) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: filename });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
