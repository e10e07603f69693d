// Of an own field's form, what its type needs. Without it all is shown, and what is not needed is passed by.
const type = document.getElementById("id_type");
const needs = { choices: ["choice", "choices"], currency: ["money"], links_to: ["record"] };

function show() {
  for (const [name, types] of Object.entries(needs)) {
    const input = document.getElementById(`id_${name}`);
    if (input) input.closest(".jk-field").hidden = !types.includes(type.value);
  }
}

if (type) {
  type.addEventListener("change", show);
  show();
}
