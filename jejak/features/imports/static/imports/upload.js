// Shows how far the upload is. Without it the form is sent as any other.
const form = document.getElementById("im-upload");
const sending = document.getElementById("im-sending");

form.elements.file.addEventListener("change", () => form.elements.file.setCustomValidity(""));
form.addEventListener("submit", (event) => {
  const file = form.elements.file.files[0];
  if (!file) return;
  event.preventDefault();
  if (file.size > Number(form.dataset.most)) {
    form.elements.file.setCustomValidity(form.dataset.tooLarge);
    form.reportValidity();
    return;
  }
  const request = new XMLHttpRequest();
  const bar = sending.querySelector("progress");
  const sent = document.getElementById("im-sent");
  sending.hidden = false;
  form.querySelector("button").disabled = true;
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = (100 * loaded) / total;
    sent.textContent = `${Math.round(bar.value)} %`;
  });
  request.addEventListener("load", () => {
    if (request.responseURL && request.responseURL !== location.href) {
      location.assign(request.responseURL);
      return;
    }
    // The same page with what is wrong.
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    document.getElementById("main").replaceWith(page.getElementById("main"));
    import(`${import.meta.url}?again=${Date.now()}`);
  });
  request.addEventListener("error", () => form.submit());
  request.open("POST", location.href);
  request.send(new FormData(form));
});
