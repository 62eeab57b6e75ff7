// Who comes back to a page finds what was typed, which the browser puts back by itself beside the page as it is now. It is sent as typed beside
// the version that stood there then: what a colleague saved meanwhile is told, not overwritten. The results and the attendance have their own way.
(() => {
  "use strict";
  const forms = () => [...document.querySelectorAll("form")].filter((form) => {
    return form.querySelector("[data-version]") && !form.dataset.draft && !form.dataset.presences;
  });
  const stamps = (form) => [...form.querySelectorAll("[data-version]")];
  const name = (form, stamp) => `${form.getAttribute("action")} ${stamp.name}`;
  // Each entry of the history knows what its forms were shown with.
  const remember = () => {
    const versions = {};
    for (const form of forms()) {
      form.removeAttribute("autocomplete"); // for browsers in which this file does not run
      for (const stamp of stamps(form)) versions[name(form, stamp)] = stamp.value;
    }
    history.replaceState({ ...history.state, versions }, "");
  };
  const typed = (control) => {
    if (control.matches("[type=hidden], [type=file], button")) return false;
    if (control.matches("[type=radio], [type=checkbox]")) return control.checked !== control.defaultChecked;
    if (!control.matches("select")) return control.value !== control.defaultValue;
    const stood = [...control.options].findIndex((option) => option.defaultSelected);
    return control.selectedIndex !== Math.max(stood, 0);
  };

  const before = history.state?.versions;
  for (const form of forms()) form.removeAttribute("autocomplete");
  window.addEventListener("load", () => {
    for (const form of before ? forms() : []) {
      if (![...form.elements].some(typed)) continue;
      for (const stamp of stamps(form)) stamp.value = before[name(form, stamp)] ?? stamp.value;
    }
    remember();
  });
  document.addEventListener("htmx:after:swap", remember);
  window.addEventListener("pagehide", remember);
})();
