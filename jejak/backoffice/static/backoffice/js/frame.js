// The frame: search by keyboard, the narrow sidebar, toasts, copying, names of columns on phones.
const shortcut = document.querySelector("[data-shortcut]");
const search = document.getElementById("jk-search");

if (search) {
  const mac = /Mac|iP(hone|ad)/.test(navigator.platform);
  shortcut.textContent = mac ? "⌘K" : "Ctrl K";
  shortcut.hidden = matchMedia("(pointer: coarse)").matches;
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    const side = document.getElementById("jk-side");
    if (getComputedStyle(side).display === "none") side.showPopover();
    if (document.body.classList.contains("sidebar-collapsed")) collapse(false);
    search.focus();
    search.select();
  });
}

// The sidebar. The server reads this cookie, so that the page comes narrow already.
function collapse(narrow) {
  document.body.classList.toggle("sidebar-collapsed", narrow);
  document.cookie = `wagtail_sidebar_collapsed=${narrow ? 1 : 0}; path=/; max-age=31536000; samesite=lax`;
}
for (const button of document.querySelectorAll("[data-collapse]")) {
  button.hidden = false;
  button.addEventListener("click", () => collapse(!document.body.classList.contains("sidebar-collapsed")));
}

// HTMX sends our token, and what it brings gets the same care as what was there.
const token = document.querySelector('meta[name="csrf-token"]')?.content;
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
});
document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
document.addEventListener("htmx:responseError", (event) => {
  toast(`${words("failed")} (${event.detail.xhr.status})`, "error");
});
document.addEventListener("jk:toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail.tone));

/** Show a line for a while. tone: success, warning, error or none; errors stay until they are closed. */
export function toast(text, tone = "") {
  const box = document.getElementById("jk-toasts");
  const template = document.getElementById("jk-toast");
  if (!box || !template) return;
  const element = template.content.firstElementChild.cloneNode(true);
  if (tone) element.classList.add(`jk-toast--${tone}`);
  element.querySelector("span").textContent = text;
  element.querySelector("button").addEventListener("click", () => element.remove());
  box.append(element);
  fade(element);
}

// What scripts say stands in the page, in its language.
function words(name) {
  return document.getElementById("jk-toasts")?.dataset[name] ?? "";
}

function fade(element) {
  if (!element.classList.contains("jk-toast--error")) setTimeout(() => element.remove(), 7000);
}

function prepare(root) {
  for (const table of root.querySelectorAll("table.jk-table:not(.jk-table--plain), table.listing")) label(table);
  for (const element of root.querySelectorAll("[data-copy]")) {
    element.addEventListener("click", async () => {
      await navigator.clipboard.writeText(element.dataset.copy);
      toast(element.dataset.copied ?? words("copied"), "success");
    });
  }
}

// On phones a row is a card, and each cell says which column it is of.
function label(table) {
  const names = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
  for (const row of table.querySelectorAll("tbody tr")) {
    [...row.cells].forEach((cell, index) => {
      if (names[index] && cell.colSpan === 1) cell.dataset.label ??= names[index];
    });
  }
}

prepare(document);
for (const element of document.querySelectorAll(".jk-toasts > .jk-toast")) fade(element);
