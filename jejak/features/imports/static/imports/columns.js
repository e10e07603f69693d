// What only matters for a role that no column has is put aside.
const NEEDS = { time_format: ["time"], zone: ["time"], scale: ["score"], currency: ["value"], touchpoint: [] };
const roles = [...document.querySelectorAll('select[name^="role-"]')];
const typed = new Set(["property", "trait"]);

function show() {
  const chosen = new Set(roles.map((select) => select.value));
  for (const [name, needed] of Object.entries(NEEDS)) {
    const field = document.querySelector(`[name="${name}"]`)?.closest(".jk-field");
    if (!field) continue;
    field.hidden = name === "touchpoint" ? chosen.has("name") : !needed.some((role) => chosen.has(role));
  }
  for (const select of roles) {
    const type = document.querySelector(`select[name="${select.name.replace("role", "type")}"]`);
    type.style.visibility = typed.has(select.value) ? "visible" : "hidden";
  }
}

roles.forEach((select) => select.addEventListener("change", show));
if (roles.length) show();
