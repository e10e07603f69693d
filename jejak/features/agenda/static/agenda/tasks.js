// Tasks by keyboard: j and k move, x completes, n begins a new one.
const typing = (element) => element.closest("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "n") {
    event.preventDefault();
    document.querySelector("[data-quick]")?.focus();
  }
  if (!["j", "k", "x"].includes(event.key)) return;
  const tasks = [...document.querySelectorAll("[data-task]")];
  const here = tasks.indexOf(event.target.closest("[data-task]"));
  if (event.key === "x") tasks[here]?.querySelector("button")?.click();
  else tasks[Math.max(0, Math.min(tasks.length - 1, here + (event.key === "j" ? 1 : -1)))]?.querySelector("a")?.focus();
});
