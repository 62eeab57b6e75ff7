// Who comes back to a page finds what was typed, which the browser puts back by itself beside the page as it is now. It is sent as typed beside
// the version that stood there then: what a colleague saved meanwhile is told, not overwritten. The results have their own way.
(() => {
  "use strict";
  const account = document.body.dataset.account;
  const forms = () => [...document.querySelectorAll("form")].filter((form) => {
    return form.querySelector("[data-version]") && !form.dataset.draft;
  });
  const stamps = (form) => [...form.querySelectorAll("[data-version]")];
  const name = (form, stamp) => `${form.getAttribute("action")} ${stamp.name}`;
  // Each entry of the history knows what its forms were shown with, and to whom.
  const remember = () => {
    const versions = {};
    for (const form of forms()) {
      form.removeAttribute("autocomplete"); // for browsers in which this file does not run
      for (const stamp of stamps(form)) versions[name(form, stamp)] = stamp.value;
    }
    history.replaceState({ ...history.state, account, versions }, "");
  };
  const plain = (text) => text.trim().replace(/\s+/g, " "); // as the service reads it: spaces alone are nothing that was typed
  const typed = (control) => {
    if (control.matches("[type=radio], [type=checkbox]")) return control.checked !== control.defaultChecked;
    if (!control.matches("select")) return "defaultValue" in control && plain(control.value) !== plain(control.defaultValue);
    const stood = [...control.options].findIndex((option) => option.defaultSelected);
    return control.selectedIndex !== Math.max(stood, 0);
  };

  let before = history.state?.versions;
  if (!before) remember();
  else if (history.state.account === account) { // what somebody else typed here is not put back
    for (const form of forms()) form.removeAttribute("autocomplete");
  }
  // As late as can be: a browser puts back before `load` or after it, and says nothing of it.
  const settle = () => {
    for (const form of before ? forms() : []) {
      if (![...form.elements].some(typed)) continue;
      for (const stamp of stamps(form)) stamp.value = before[name(form, stamp)] ?? stamp.value;
    }
    before = null;
    remember();
  };
  for (const kind of ["keydown", "pointerdown", "beforeinput", "submit"]) window.addEventListener(kind, settle, { capture: true, once: true });
  window.addEventListener("pagehide", settle);
  document.addEventListener("htmx:after:swap", remember);
})();
