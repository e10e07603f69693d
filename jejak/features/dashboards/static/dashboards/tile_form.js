// The form is sent as a page; HTMX only fetches the preview of what is typed.
document.getElementById("tile-form").addEventListener("submit", (event) => event.stopImmediatePropagation(), true);
