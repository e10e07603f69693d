// On a deal's page: only the reasons that fit where it goes are sent.
const form = document.querySelector(".crm-path");
form?.addEventListener("submit", (event) => {
  const reason = form.elements.reason;
  const outcome = [...event.submitter.classList].find((name) => /^crm-step--(won|lost|open)$/.test(name))?.slice(10);
  if (reason?.value && reason.selectedOptions[0].dataset.outcome !== outcome) reason.value = "";
});
