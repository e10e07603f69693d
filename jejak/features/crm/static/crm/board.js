// The board: deals are moved by pointer, by keyboard, or by the menu of each. The server answers with the board as it is.
const said = document.getElementById("crm-said");
const dialog = document.getElementById("crm-move");
let dragged = null; // The card that a pointer drags.
let picked = null; // {card, column, next}: what was picked up by keyboard, and where it lay.
let focusAfter = ""; // The deal that gets the focus when the board is there again.

const board = () => document.getElementById("board");
const columnOf = (card) => card.closest(".crm-column");
const cardsOf = (column) => [...column.querySelectorAll(".crm-deal")];

function say(what, values = {}) {
  said.textContent = (said.dataset[what] ?? "").replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
}

/** Ask the server to move a deal before another one, "" for the end. It says no where somebody was quicker. */
function send(card, { stage, before, seen, reason = "" }) {
  focusAfter = card.dataset.deal;
  const values = { stage, seen, reason };
  if (before !== undefined) values.before = before;
  htmx.ajax("POST", board().dataset.move.replace("/0/", `/${card.dataset.deal}/`), { target: "#board", swap: "outerHTML", values });
}

/** Move at once, or ask for the reason first where the stage wants one. */
function move(card, column, before, seen = card.dataset.stage) {
  const stage = column.dataset.stage;
  if ("asks" in column.dataset && stage !== seen) {
    open(card, { stage, before, seen });
  } else {
    send(card, { stage, before, seen });
  }
}

// The menu

function open(card, { stage, before, seen = card.dataset.stage } = {}) {
  const form = dialog.querySelector("form");
  dialog.querySelector("[data-title]").textContent = card.dataset.title;
  form.elements.stage.value = stage ?? card.dataset.stage;
  form.elements.reason.value = "";
  form.onsubmit = (event) => {
    event.preventDefault();
    form.onsubmit = null;
    dialog.close("moved");
    const chosen = form.elements.stage.value;
    send(card, { stage: chosen, seen, reason: form.elements.reason.value, before: chosen === stage ? before : undefined });
  };
  offer(form);
  dialog.showModal();
  dialog.onclose = () => {
    if (dialog.returnValue !== "moved") {
      restore();
      card.focus();
    }
    dialog.returnValue = "";
  };
}

function offer(form) {
  const stage = form.elements.stage.selectedOptions[0];
  const reason = form.elements.reason;
  let fitting = 0;
  for (const option of reason.options) {
    const fits = !option.value || option.dataset.outcome === stage.dataset.outcome;
    option.hidden = option.disabled = !fits;
    fitting += fits && option.value ? 1 : 0;
  }
  reason.value = "";
  reason.required = "asks" in stage.dataset;
  dialog.querySelector("[data-reason]").hidden = !fitting;
}

dialog.querySelector("[name=stage]").addEventListener("change", (event) => offer(event.target.form));
dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());

document.addEventListener("click", (event) => {
  const menu = event.target.closest?.("[data-menu]");
  if (!menu) return;
  event.preventDefault();
  open(menu.closest(".crm-deal"));
});

// By pointer

const gap = document.createElement("div");
gap.className = "crm-gap";

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".crm-deal[draggable]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.title);
  requestAnimationFrame(() => dragged?.classList.add("crm-deal--dragged"));
});

document.addEventListener("dragover", (event) => {
  const column = dragged && event.target.closest?.(".crm-column");
  if (!column) return;
  event.preventDefault();
  mark(column);
  const next = cardsOf(column).find((card) => card !== dragged && event.clientY < middle(card));
  const cards = column.querySelector(".crm-cards");
  cards.insertBefore(gap, next ?? cards.querySelector(".jk-more"));
});

document.addEventListener("drop", (event) => {
  const column = dragged && event.target.closest?.(".crm-column");
  if (!column) return;
  event.preventDefault();
  move(dragged, column, following(gap));
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("crm-deal--dragged");
  dragged = null;
  gap.remove();
  mark(null);
});

function middle(card) {
  const box = card.getBoundingClientRect();
  return box.top + box.height / 2;
}

/** The deal that lies after an element; undefined where more are to come, so that its end is not known. */
function following(element) {
  let next = element.nextElementSibling;
  while (next && (!next.matches(".crm-deal") || next === dragged)) {
    if (next.matches(".jk-more")) return undefined;
    next = next.nextElementSibling;
  }
  return next?.dataset.deal ?? "";
}

function mark(column) {
  for (const other of board().querySelectorAll(".crm-column")) other.classList.toggle("crm-column--over", other === column);
}

// By keyboard

document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.(".crm-deal[draggable]");
  if (!card || event.target !== card || event.altKey || event.ctrlKey || event.metaKey) return;
  if (picked) {
    hold(event, card);
  } else if (event.key === " ") {
    event.preventDefault();
    pick(card);
  } else if (event.key === "Enter") {
    card.querySelector(".crm-deal__title").click();
  } else if (event.key.startsWith("Arrow")) {
    const other = neighbour(card, event.key);
    if (other) {
      event.preventDefault();
      other.focus();
    }
  }
});

document.addEventListener("focusout", (event) => {
  // Whoever tabs away from a deal has let go of it.
  if (picked && event.target === picked.card && event.relatedTarget) restore();
});

function pick(card) {
  picked = { card, column: columnOf(card), next: card.nextElementSibling };
  card.classList.add("crm-deal--picked");
  say("picked", where(card));
}

function hold(event, card) {
  const { key } = event;
  if (!["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Enter", " ", "Escape"].includes(key)) return;
  event.preventDefault();
  if (key === "Escape") {
    restore();
    card.focus();
    say("left", { deal: card.dataset.title });
  } else if (key === "Enter" || key === " ") {
    drop(card);
  } else {
    shift(card, key);
    say("over", where(card));
  }
}

function shift(card, key) {
  const held = picked;
  picked = null; // Moving it in the document takes the focus away for a moment.
  const column = columnOf(card);
  if (key === "ArrowUp" && card.previousElementSibling) card.previousElementSibling.before(card);
  if (key === "ArrowDown" && card.nextElementSibling?.matches(".crm-deal")) card.nextElementSibling.after(card);
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const to = key === "ArrowLeft" ? column.previousElementSibling : column.nextElementSibling;
    if (to) to.querySelector(".crm-cards").prepend(card);
  }
  card.focus();
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
  mark(columnOf(card));
  picked = held;
}

function drop(card) {
  const column = columnOf(card);
  const { column: from, next } = picked;
  const stays = column === from && card.nextElementSibling === next;
  const before = following(card);
  if (stays) {
    restore();
    card.focus();
    say("left", { deal: card.dataset.title });
    return;
  }
  const asks = "asks" in column.dataset && column !== from;
  if (!asks) {
    picked = null;
    mark(null);
    say("dropped", { deal: card.dataset.title, stage: column.dataset.name });
  }
  move(card, column, before, from.dataset.stage);
}

function restore() {
  if (!picked) return;
  const { card, column, next } = picked;
  picked = null;
  card.classList.remove("crm-deal--picked");
  column.querySelector(".crm-cards").insertBefore(card, next);
  mark(null);
}

function where(card) {
  const column = columnOf(card);
  const cards = cardsOf(column);
  return { deal: card.dataset.title, stage: column.dataset.name, place: cards.indexOf(card) + 1, count: cards.length };
}

function neighbour(card, key) {
  const column = columnOf(card);
  if (key === "ArrowUp" || key === "ArrowDown") {
    const beside = key === "ArrowUp" ? card.previousElementSibling : card.nextElementSibling;
    return beside?.matches(".crm-deal") ? beside : null;
  }
  const at = cardsOf(column).indexOf(card);
  const step = key === "ArrowLeft" ? "previousElementSibling" : "nextElementSibling";
  for (let to = column[step]; to; to = to[step]) {
    const cards = cardsOf(to);
    if (cards.length) return cards[Math.min(at, cards.length - 1)];
  }
  return null;
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "board" && event.target.id !== "board") return;
  picked = null;
  if (!focusAfter) return;
  document.getElementById(`deal-${focusAfter}`)?.focus();
  focusAfter = "";
});
