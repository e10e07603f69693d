// Blocks that were drawn anew while somebody typed on would take their words away: they are asked for again instead.
const form = document.querySelector(".audiences-build");
const said = () => new URLSearchParams(new FormData(form)).toString();

form.addEventListener("htmx:beforeRequest", (event) => {
  event.detail.xhr.said = said();
});
form.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr, requestConfig } = event.detail;
  if (target.id !== "blocks" || xhr.said === said()) return;
  event.detail.shouldSwap = false;
  htmx.trigger(requestConfig.elt, requestConfig.elt.id === "blocks" ? "change" : "click");
});
