// Comfort only: every page works without this file.
(() => {
  "use strict";
  // Only where all of it works: elsewhere each link and each form leads to its own page.
  if ("structuredClone" in window && "HTMLDialogElement" in window) {
    const script = document.createElement("script");
    script.src = document.currentScript.dataset.htmx;
    document.head.append(script);
  }
  const REFUSED = /^Erreur\s: /;
  let dirty = false;
  let sent = false; // whether it was when its form left
  const chosen = new WeakMap();

  const follow = () => {
    for (const place of document.querySelectorAll("span[data-copy]")) {
      if (!navigator.clipboard) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = place.dataset.words;
      place.replaceWith(button);
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(place.dataset.copy);
        button.textContent = "copié";
      });
    }
  };

  // What is typed or ticked while an answer is on its way is newer than what the answer repeats of the form, and stays.
  const typed = new Map(); // by control: itself, and when
  const left = new WeakMap(); // when each request did
  let active = null;
  const control = (one) => (one.matches("[type=radio], [type=checkbox]") ? `[name="${one.name}"][value="${one.value}"]` : `[id="${one.id}"]`);
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => left.set(ctx, performance.now()));
  document.addEventListener("htmx:before:swap", () => { active = document.activeElement; });
  document.addEventListener("input", ({ target }) => { if (target.form) typed.set(control(target), [target, performance.now()]); });
  const keepTyped = (ctx) => {
    for (const [name, [old, at]] of typed) {
      if (old.isConnected) continue;
      typed.delete(name);
      const anew = document.querySelector(`form[method=post] ${name}`);
      if (!anew || at < left.get(ctx)) continue;
      if (anew.matches("[type=radio], [type=checkbox]")) anew.checked = old.checked;
      else anew.value = old.value;
      for (const kind of ["input", "change"]) anew.dispatchEvent(new Event(kind, { bubbles: true })); // what was wrong of it goes
      if (old !== active) continue;
      anew.focus({ preventScroll: true });
      if (anew.matches("textarea, [type=text]")) anew.setSelectionRange(old.selectionStart, old.selectionEnd);
    }
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

  // An error goes once its row or its field is answered anew; what else is wrong of it is said when it is sent again.
  const mended = (block, id) => {
    block.classList.remove("wrong");
    block.querySelector(".error")?.remove();
    for (const one of block.querySelectorAll("[aria-invalid]")) {
      one.removeAttribute("aria-invalid");
      const hint = block.querySelector(".hint[id]");
      if (hint) one.setAttribute("aria-describedby", hint.id);
      else one.removeAttribute("aria-describedby");
    }
    const said = document.getElementById(`${id}-said`);
    const all = said?.closest(".summary");
    said?.closest("li").remove();
    if (!all || all.querySelector("li")) return;
    all.remove();
    document.title = document.title.replace(REFUSED, "");
  };
  // While one types, not when one leaves the field: a button that is being pressed must not move away.
  document.addEventListener("input", ({ target }) => {
    const row = target.closest(".row.wrong");
    const field = target.closest(".field.wrong");
    if (row?.querySelector("input:checked:not([value=''])")) mended(row, row.id);
    else if (field && target.value.trim() && (target.matches("[type=radio], select") || target.value !== target.defaultValue)) {
      mended(field, field.id || target.id);
    }
  });

  document.addEventListener("change", (event) => {
    const entry = event.target.closest("form[data-entry]");
    if (!entry) return;
    dirty = true;
    const filled = entry.querySelector("[data-filled]");
    const rows = [...entry.querySelectorAll(".row")];
    if (filled) filled.textContent = rows.filter((row) => row.querySelector("input[type=radio]:checked:not([value=''])")).length;
  });
  document.addEventListener("submit", ({ target }) => {
    if (target.matches("[data-entry], #question form")) [sent, dirty] = [dirty || sent, false];
  });
  document.addEventListener("wiped", () => { dirty = sent = false; });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

  // The blocks of a session's page in whose place a form stands: what stood there, and what opened the form.
  const opened = new Map();
  document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
    const place = tasks.find((task) => task.type === "main")?.target;
    if (!(place instanceof Element) || !place.matches("section") || opened.has(place)) return;
    const stood = document.createDocumentFragment();
    stood.append(...place.childNodes); // out of htmx's sight, so that it still works when it comes back
    opened.set(place, { stood, from: ctx.sourceElement });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    const menu = document.querySelector(".menu[open]");
    if (menu) {
      menu.open = false;
      menu.firstElementChild.focus();
      return;
    }
    const within = (place) => event.target === document.body || place.contains(event.target);
    const place = [...opened.keys()].reverse().find(within);
    if (!place) return;
    const { stood, from } = opened.get(place);
    opened.delete(place);
    place.replaceChildren(stood);
    document.title = document.title.replace(REFUSED, "");
    (from.querySelector("input:not([type=hidden])") ?? from).focus();
  });

  // A form that htmx sends is answered by a block in place, or by the blocking question as a dialog.
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    dirty = (dirty || sent) && document.querySelector("form[data-entry]") !== null; // whoever is answered in place has not saved yet
    const dialog = document.querySelector("#question dialog");
    if (dialog) {
      dialog.addEventListener("close", () => dialog.remove());
      dialog.showModal();
      // Read from its top, whatever the screen holds of it; the safe answer is at hand where all of it is in sight.
      const whole = dialog.scrollHeight <= dialog.clientHeight;
      dialog.querySelector(whole ? "[autofocus]" : "h1").focus({ preventScroll: true });
      dialog.scrollTop = 0;
      return;
    }
    follow();
    keepChoice();
    keepTyped(ctx);
    if (document.activeElement !== document.body) return; // on the first wrong field, or where somebody types
    const target = typeof ctx.target === "string" ? document.querySelector(ctx.target) : ctx.target;
    const place = target?.isConnected ? target : document.getElementById("bloc");
    if (!place) return; // an answer that came after its block had gone
    const notice = place.querySelector(".notice");
    notice?.setAttribute("tabindex", "-1");
    (notice ?? place.querySelector("input:not([type=hidden]), select, textarea") ?? place).focus();
  });
  document.addEventListener("htmx:after:request", () => {
    const dialog = document.querySelector("#question dialog");
    dialog?.close();
    dialog?.remove();
  });

  // What did not reach the service, or was not answered by it: said where it was sent from, and the page stays as it was filled in.
  const notAnswered = ({ sourceElement: source, request }) => {
    document.getElementById("sans-reponse")?.remove();
    const form = source.closest("form");
    const sent = form && form.method === "post";
    const submitter = request.submitter ?? form?.querySelector("button:not([type=button])") ?? source;
    dirty = dirty || sent;
    const told = document.createElement("div");
    told.id = "sans-reponse";
    told.className = "notice bad unsent";
    told.setAttribute("role", "alert");
    const words = document.createElement("p");
    words.textContent = sent
      ? "Non enregistré\u00a0: le service ne répond pas. Votre saisie est encore à l’écran."
      : "Le service ne répond pas. Rien n’a changé à l’écran.";
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button second";
    again.textContent = "Réessayer";
    again.addEventListener("click", () => {
      told.remove();
      if (sent) form.requestSubmit(submitter.form === form ? submitter : undefined);
      else source.click();
    });
    told.append(words, again);
    if (form) (submitter.closest(".buttons") ?? submitter).before(told);
    else (source.closest("section > *") ?? source).after(told);
    again.focus();
  };
  document.addEventListener("htmx:before:response", (event) => {
    const { ctx } = event.detail;
    document.getElementById("sans-reponse")?.remove();
    // The title says first that the form was refused, as that of a whole page does.
    document.title = (ctx.response.status === 422 ? "Erreur\u00a0: " : "") + document.title.replace(REFUSED, "");
    if (ctx.response.status < 500) return;
    event.preventDefault();
    notAnswered(ctx);
  });
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
    if (ctx?.request && !ctx.response) notAnswered(ctx);
  });

  // What this browser keeps for one's comfort, by account: gone at sign-out, with another account, and a draft after twelve hours.
  const LONGEST = 12 * 3600 * 1000; // ms
  const account = document.body.dataset.account;
  const stored = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const store = (name, value) => { try { localStorage.setItem(name, value); } catch { /* full or forbidden */ } };
  if (account) store("compte", account); // whose ticks the page without a line shows
  const parsed = (name) => { try { return JSON.parse(stored(name)); } catch { return null; } };
  const forget = (which) => {
    try {
      for (const key of Object.keys(localStorage)) {
        if (/^(recentes|saisie)\./.test(key) && which(key, ...key.split("."))) localStorage.removeItem(key);
      }
    } catch { /* forbidden */ }
  };
  const [, here] = location.pathname.match(/^\/sessions\/(\d+)/) ?? [];
  const entered = document.querySelector("[data-entered]");
  forget((key, kind, whose, number) => {
    if (account && whose !== account) return true;
    if (kind === "recentes") return false;
    return (entered && number === here) || !(parsed(key)?.at > Date.now() - LONGEST);
  });
  const waits = (kind, which) => {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(kind) && which(parsed(key) ?? {}));
    } catch { return []; /* forbidden */ }
  };
  // What is lost by signing out, and what stays here and is not sent until somebody opens its day.
  const unsaved = () => {
    const told = [];
    if (dirty || waits("saisie.", ({ picked, base = "[]" }) => picked !== base).length) {
      told.push("Des résultats saisis ne sont pas enregistrés\u00a0: se déconnecter les efface.");
    }
    const ticks = waits(`presences.${account}.`, () => true);
    if (ticks.length) {
      const [what, them] = ticks.length > 1 ? ["présences attendent", "les"] : ["présence attend", "l’"];
      const day = (key) => key.split(".").slice(2, 4).map((one) => one.split("-").reverse().join("/")).join(", ");
      const days = [...new Set(ticks.map(day))].join("\u00a0; "); // 224561, 15/06/2020
      told.push(`${ticks.length}\u00a0${what} sur cet appareil\u00a0: ouvrez ce jour (session ${days}) pour ${them} envoyer.`);
    }
    return told;
  };
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-sign-out]")) return;
    const told = unsaved();
    if (told.length && !window.confirm([...told, "Se déconnecter quand même\u00a0?"].join("\n\n"))) {
      event.preventDefault();
      return;
    }
    dirty = false;
    forget(() => true);
    store("compte", "");
  });

  // The sessions that one opened last, where sessions are looked for.
  const RECENT = 6;
  const read = parsed(`recentes.${account}`);
  const recent = Array.isArray(read) ? read : [];
  if (account && here && document.querySelector("h1") && !document.title.startsWith("Page introuvable")) {
    store(`recentes.${account}`, JSON.stringify([here, ...recent.filter((one) => one !== here)].slice(0, RECENT)));
  }
  const shown = document.querySelector("[data-recent]");
  if (shown && recent.length) {
    shown.append(shown.dataset.recent);
    for (const one of recent) {
      const link = document.createElement("a");
      link.href = `/sessions/${one}`;
      link.textContent = one;
      shown.append(" ", link);
    }
    shown.hidden = false;
  }

  // « / » leads to the search, unless one does not want it (WCAG 2.1.4).
  for (const held of document.querySelectorAll("script[data-scripted]")) {
    held.after(new DOMParser().parseFromString(held.text, "text/html").body.firstElementChild);
  }
  const wanted = document.querySelector("[data-shortcut]");
  if (wanted) {
    wanted.checked = stored("raccourci") !== "non";
    wanted.addEventListener("change", () => store("raccourci", wanted.checked ? "oui" : "non"));
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (!account || stored("raccourci") === "non" || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    const field = document.getElementById("q");
    if (field) field.select();
    else location.assign("/sessions#q");
  });

  follow();
})();
