"use strict";
// A cookie notice goes once one of its buttons was pressed.
for (const button of document.querySelectorAll("[action-type], [data-answer]")) {
  button.addEventListener("click", async () => {
    const answer = button.getAttribute("action-type") || button.dataset.answer;
    button.closest("[aria-label]").remove();
    await fetch("/practice-api/banner", { method: "POST", body: JSON.stringify({ answer }) });
  });
}
