// Comfort only: every page works without this file.
(() => {
  "use strict";
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "copié";
    });
  }
  const entry = document.querySelector("form[data-entry]");
  const filled = document.querySelector("[data-filled]");
  if (entry) {
    let dirty = false;
    entry.addEventListener("change", () => {
      dirty = true;
      if (filled) filled.textContent = [...entry.querySelectorAll(".row")].filter((row) => row.querySelector("input[type=radio]:checked:not([value=''])")).length;
    });
    document.addEventListener("submit", () => { dirty = false; });
    window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  }
})();
