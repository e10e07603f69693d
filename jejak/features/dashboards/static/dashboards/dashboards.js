// Arranging a dashboard: by pointer, by keyboard, saved with the version that was seen.
const MOST_COLUMNS = 12, LEAST_COLUMNS = 2, MOST_ROWS = 6;
let asItWas = "";

const board = () => document.querySelector("[data-board]");
const tiles = () => [...board().querySelectorAll(".dash-tile")];
const isArranging = () => board()?.classList.contains("is-arranging");
const token = () => document.querySelector('meta[name="csrf-token"]').content;

for (const button of document.querySelectorAll("[data-arrange]")) {
  button.hidden = false;
  button.addEventListener("click", () => (isArranging() ? save() : begin()));
}

function begin() {
  if (!board().querySelector(".dash-board")) return;
  asItWas = places().toString();
  show(true);
  board().querySelector("[data-move]")?.focus();
}

function show(on) {
  board().classList.toggle("is-arranging", on);
  for (const element of board().querySelectorAll(".dash-tile__tools, [data-size], [data-arranging]")) element.hidden = !on;
  for (const button of document.querySelectorAll("[data-arrange]")) button.setAttribute("aria-pressed", on);
}

function places() {
  const said = new URLSearchParams({ version: board().dataset.version });
  for (const tile of tiles()) said.append("tile", `${tile.dataset.tile}:${tile.dataset.width}:${tile.dataset.height}`);
  return said;
}

async function save() {
  const here = board();
  if (places().toString() === asItWas) return show(false);
  try {
    const answer = await fetch(here.dataset.arrangeUrl, { method: "POST", body: places(), headers: { "X-CSRFToken": token() } });
    if (answer.status === 409) {
      const conflict = here.querySelector("[data-conflict]");
      conflict.innerHTML = await answer.text();
      conflict.querySelector("button").focus();
      return;
    }
    if (!answer.ok) throw new Error(answer.status);
    here.dataset.version = Number(here.dataset.version) + 1;
    here.querySelector("[data-conflict]").replaceChildren();
    show(false);
    say(here.dataset.saySaved);
  } catch {
    say(here.dataset.sayFailed);
    document.dispatchEvent(new CustomEvent("jk:toast", { detail: { text: here.dataset.sayFailed, tone: "error" } }));
  }
}

document.addEventListener("click", (event) => {
  const again = event.target.closest("[data-arrange-save]");
  if (again) {
    if (again.dataset.version) board().dataset.version = again.dataset.version;
    save();
  }
  if (event.target.closest("[data-arrange-undo]")) location.reload();
});

// By keyboard

document.addEventListener("keydown", (event) => {
  const handle = event.target.closest?.("[data-move]");
  if (!handle || !isArranging() || event.ctrlKey || event.metaKey || event.altKey) return;
  const tile = handle.closest(".dash-tile");
  const back = event.key === "ArrowLeft" || event.key === "ArrowUp";
  if (!back && event.key !== "ArrowRight" && event.key !== "ArrowDown") return;
  event.preventDefault();
  if (event.shiftKey) {
    const step = back ? -1 : 1;
    const across = event.key === "ArrowLeft" || event.key === "ArrowRight";
    size(tile, Number(tile.dataset.width) + (across ? step : 0), Number(tile.dataset.height) + (across ? 0 : step));
  } else {
    const other = back ? tile.previousElementSibling : tile.nextElementSibling;
    if (other) back ? other.before(tile) : other.after(tile);
    handle.focus();
    sayPlace(tile);
  }
});

function size(tile, width, height) {
  const w = Math.min(MOST_COLUMNS, Math.max(LEAST_COLUMNS, width));
  const h = Math.min(MOST_ROWS, Math.max(1, height));
  if (tile.dataset.width === `${w}` && tile.dataset.height === `${h}`) return;
  Object.assign(tile.dataset, { width: w, height: h });
  tile.style.setProperty("--w", w);
  tile.style.setProperty("--h", h);
  say(words("saySize", { title: tile.dataset.title, width: w, height: h }));
}

function sayPlace(tile) {
  const all = tiles();
  say(words("sayPlace", { title: tile.dataset.title, place: all.indexOf(tile) + 1, all: all.length }));
}

function words(name, values) {
  return board().dataset[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

function say(text) {
  board().querySelector("[data-say]").textContent = text;
}

// By pointer

document.addEventListener("pointerdown", (event) => {
  if (!isArranging() || event.button !== 0) return;
  const handle = event.target.closest("[data-move], [data-size]");
  if (!handle) return;
  event.preventDefault();
  handle.focus?.();
  const tile = handle.closest(".dash-tile");
  const follow = handle.hasAttribute("data-size") ? sizing(tile, event) : moving(tile);
  tile.classList.add("is-held");
  const end = () => {
    tile.classList.remove("is-held");
    removeEventListener("pointermove", follow);
    removeEventListener("pointerup", end);
    removeEventListener("pointercancel", end);
  };
  addEventListener("pointermove", follow);
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
});

function moving(tile) {
  return (event) => {
    const under = document.elementsFromPoint(event.clientX, event.clientY).map((one) => one.closest(".dash-tile")).find((one) => one && one !== tile);
    if (!under) return;
    const box = under.getBoundingClientRect();
    // The half that is nearer decides, so that tiles do not flicker to and fro.
    const after = box.width > box.height * 3 ? event.clientY > box.top + box.height / 2 : event.clientX > box.left + box.width / 2;
    const there = after ? under.nextElementSibling : under;
    if (there === tile || (after && under.nextElementSibling === tile) || (!after && under.previousElementSibling === tile)) return;
    after ? under.after(tile) : under.before(tile);
    sayPlace(tile);
  };
}

function sizing(tile, start) {
  const grid = getComputedStyle(tile.parentElement);
  const columns = grid.gridTemplateColumns.split(" ");
  const gap = parseFloat(grid.columnGap);
  const across = parseFloat(columns[0]) + gap;
  const down = parseFloat(grid.gridAutoRows) + gap;
  const share = MOST_COLUMNS / columns.length;
  const width = Number(tile.dataset.width), height = Number(tile.dataset.height);
  return (event) => size(tile, width + Math.round(((event.clientX - start.clientX) / across) * share), height + Math.round((event.clientY - start.clientY) / down));
}
