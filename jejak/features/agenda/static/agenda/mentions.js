// @name in a note: offers colleagues as one types. A list box in the manner of the ARIA practices.
let list = null;
let field = null;
let asked = 0;

document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-mentions]")) offer(event.target);
});
document.addEventListener("focusout", () => setTimeout(close, 150));
document.addEventListener("keydown", (event) => {
  if (!list || event.target !== field) return;
  if (event.key === "Escape") close();
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
  else if (event.key === "Enter" || event.key === "Tab") choose(list.querySelector("[aria-selected=true]"));
  else return;
  event.preventDefault();
});

async function offer(element) {
  const begun = element.value.slice(0, element.selectionStart).match(/(?:^|\s)@([\w.+-]{0,30})$/);
  if (!begun) return close();
  const mine = ++asked;
  const answer = await fetch(`${element.dataset.mentions}?q=${encodeURIComponent(begun[1])}`);
  if (!answer.ok || mine !== asked) return;
  const { staff } = await answer.json();
  close();
  if (staff.length) show(element, staff);
}

function show(element, staff) {
  field = element;
  list = document.createElement("ul");
  list.className = "ag-offers";
  list.id = "ag-offers";
  list.role = "listbox";
  list.setAttribute("aria-label", element.dataset.mentionsLabel);
  for (const [index, one] of staff.entries()) {
    const item = document.createElement("li");
    item.role = "option";
    item.id = `ag-offer-${index}`;
    item.dataset.username = one.username;
    item.setAttribute("aria-selected", index === 0);
    const name = document.createElement("strong");
    name.textContent = one.name;
    item.append(name, ` @${one.username}`);
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      choose(item);
    });
    list.append(item);
  }
  element.after(list);
  element.setAttribute("aria-controls", "ag-offers");
  element.setAttribute("aria-activedescendant", "ag-offer-0");
}

function move(by) {
  const items = [...list.children];
  const at = items.findIndex((item) => item.ariaSelected === "true");
  items[at].setAttribute("aria-selected", "false");
  const next = items[(at + by + items.length) % items.length];
  next.setAttribute("aria-selected", "true");
  field.setAttribute("aria-activedescendant", next.id);
}

function choose(item) {
  const before = field.value.slice(0, field.selectionStart).replace(/@[\w.+-]*$/, `@${item.dataset.username} `);
  const after = field.value.slice(field.selectionStart);
  field.value = before + after;
  field.setSelectionRange(before.length, before.length);
  close();
}

function close() {
  list?.remove();
  field?.removeAttribute("aria-controls");
  field?.removeAttribute("aria-activedescendant");
  list = null;
}
