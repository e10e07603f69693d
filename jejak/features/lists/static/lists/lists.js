// A list by keyboard, its selection, and menus that close. Everything here also works by links and forms.
const page = document.getElementById("main");
let last = null; // The row that was selected last: a range begins there.

const rows = () => [...document.querySelectorAll(".ls-row")];
const box = (row) => row.querySelector(".ls-pick input");
const here = () => document.activeElement?.closest?.(".ls-row") ?? rows().find((row) => row.tabIndex === 0) ?? null;

function go(row) {
  if (!row) return;
  for (const other of rows()) other.tabIndex = -1;
  row.tabIndex = 0;
  row.focus();
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  const at = all.indexOf(document.activeElement?.closest?.(".ls-row"));
  if (at < 0) return go(here() ?? all[0]);
  go(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
}

function select(row, checked, range) {
  const all = rows();
  const [from, to] = range && last && all.includes(last) ? [all.indexOf(last), all.indexOf(row)].sort((a, b) => a - b) : [all.indexOf(row), all.indexOf(row)];
  for (const one of all.slice(from, to + 1)) box(one).checked = checked;
  last = row;
  show();
}

// The bar stands below while something is chosen.
function show() {
  const bar = document.getElementById("ls-bulk");
  if (!bar) return;
  const chosen = rows().filter((row) => box(row).checked).length;
  const everything = bar.querySelector("[data-everything]");
  const text = bar.querySelector("[data-chosen]");
  bar.hidden = !chosen && !everything.checked;
  text.textContent = text.dataset.chosen.replace("%n", chosen);
  const all = document.querySelector("[data-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === rows().length;
    all.indeterminate = chosen > 0 && chosen < rows().length;
  }
}

function prepare() {
  for (const label of document.querySelectorAll(".ls-all, .ls-help")) label.hidden = false;
  for (const row of rows()) if (!row.hasAttribute("tabindex")) row.tabIndex = -1;
  if (rows().length && !rows().some((row) => row.tabIndex === 0)) rows()[0].tabIndex = 0;
  values();
  show();
}

function isDays(operator) {
  return ["last_days", "next_days"].includes(operator.value);
}

// A value is asked for where the operator needs one, and a second one between two.
function values() {
  const operator = document.querySelector("[data-operator]");
  if (!operator) return;
  const value = document.querySelector("[data-value]");
  const second = document.querySelector("[data-second]");
  value.hidden = ["empty", "filled"].includes(operator.value);
  if (second) second.hidden = operator.value !== "between";
  for (const input of document.querySelectorAll('[data-value] input[data-type="date"], [data-second] input')) {
    const isDate = document.querySelector('[data-type="date"]') && !isDays(operator);
    input.type = isDate ? "date" : "text";
    input.inputMode = isDays(operator) ? "numeric" : "";
    input.placeholder = isDays(operator) ? "30" : "";
  }
}

page.addEventListener("click", (event) => {
  const input = event.target.closest(".ls-pick input");
  if (input?.matches("[data-all]")) {
    for (const row of rows()) box(row).checked = input.checked;
    show();
  } else if (input) {
    select(input.closest(".ls-row"), input.checked, event.shiftKey);
  } else if (event.target.closest("[data-help]")) {
    document.getElementById("ls-keys").showModal();
  }
});
page.addEventListener("change", (event) => {
  if (event.target.matches("[data-everything]")) show();
  if (event.target.matches("[data-operator]")) values();
});

// A menu closes when one goes elsewhere.
document.addEventListener("pointerdown", (event) => {
  for (const menu of document.querySelectorAll("details.ls-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

const keys = {
  j: () => step(1),
  ArrowDown: () => step(1),
  k: () => step(-1),
  ArrowUp: () => step(-1),
  x: (event) => here() && (go(here()), select(here(), !box(here()).checked, false)),
  X: () => here() && select(here(), true, true),
  o: () => here()?.querySelector("[data-open]").click(),
  Enter: () => here()?.querySelector("[data-open]").click(),
  e: () => here()?.dataset.edit && location.assign(here().dataset.edit),
  f: () => {
    const menu = document.querySelector(".ls-add");
    menu.open = true;
    menu.querySelector("select").focus();
  },
  "/": () => document.getElementById("ls-q").focus(),
  b: () => document.querySelector("#ls-bulk:not([hidden]) button")?.focus(),
  u: () => document.querySelector("[data-undo]")?.closest("form").requestSubmit(),
  "?": () => document.getElementById("ls-keys").showModal(),
  Escape: () => {
    for (const row of rows()) box(row).checked = false;
    const everything = document.querySelector("[data-everything]");
    if (everything) everything.checked = false;
    show();
  },
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = event.target.closest?.("details.ls-menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
      return;
    }
  }
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const target = event.target;
  const isRow = target.matches(".ls-row");
  if (!isRow && target.matches("input:not([type=checkbox]), select, textarea")) return;
  if (["Enter", "ArrowUp", "ArrowDown"].includes(event.key) && !isRow && !(event.key !== "Enter" && target === document.body)) return;
  if (!document.querySelector("[data-list]") && !["/", "f", "u", "?"].includes(event.key)) return;
  const does = keys[event.key];
  if (!does) return;
  event.preventDefault();
  does(event);
});

document.addEventListener("htmx:afterSettle", prepare);
prepare();
