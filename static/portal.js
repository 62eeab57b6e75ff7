// Comfort only: every page works without this file.
(() => {
  "use strict";
  let dirty = false;
  const chosen = new WeakMap();

  const follow = () => {
    for (const button of document.querySelectorAll("[data-copy][hidden]")) {
      if (!navigator.clipboard) continue;
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.textContent = "copié";
      });
    }
    const entry = document.querySelector("form[data-entry]");
    const filled = document.querySelector("[data-filled]");
    entry?.addEventListener("change", () => {
      dirty = true;
      const rows = [...entry.querySelectorAll(".row")];
      if (filled) filled.textContent = rows.filter((row) => row.querySelector("input[type=radio]:checked:not([value=''])")).length;
    });
  };

  // A list that is fetched anew keeps what its form had chosen when the answer came, if it still offers it.
  document.addEventListener("htmx:before:swap", () => {
    for (const select of document.querySelectorAll("select[data-keep]")) chosen.set(select.form, select.value);
  });
  const keepChoice = () => {
    for (const select of document.querySelectorAll("select[data-keep]")) {
      const value = chosen.get(select.form);
      if (value && [...select.options].some((option) => option.value === value)) select.value = value;
    }
  };

  document.addEventListener("submit", () => { dirty = false; });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

  // A form that htmx sends is answered by a page in place, or by the blocking question as a dialog.
  document.addEventListener("htmx:after:swap", () => {
    const place = document.getElementById("question");
    const dialog = place.querySelector("dialog");
    if (dialog && !dialog.open) {
      dialog.addEventListener("close", () => dialog.remove());
      dialog.showModal();
      dialog.querySelector("[autofocus]").focus();
      return;
    }
    follow();
    keepChoice();
    if (document.activeElement?.matches("input, select, textarea")) return; // whoever is typing stays there
    const field = document.querySelector("#contenu [autofocus]") ?? document.querySelector("#bloc input:not([type=hidden])");
    field?.focus();
  });
  document.addEventListener("htmx:after:request", () => { document.querySelector("#question dialog")?.close(); });

  follow();
})();
