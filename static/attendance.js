// Who is there, kept as one ticks. A tick waits in this browser until the service has answered it, also when the line drops or the
// page is closed; it says which version it was made from, so that sent twice it is kept once, and undoes nobody else's unseen.
// What waits for another day than the one that is shown, or is taken no more, is told here, where its people look.
(() => {
  "use strict";
  const place = document.getElementById("ailleurs");
  const { shown, open } = place.dataset;
  const whose = `presences.${place.dataset.presences}`;
  const others = new Map(); // by day, what waits
  try {
    for (const key of Object.keys(localStorage).sort()) {
      if (!key.startsWith(whose) || key.startsWith(`${whose}${shown}.`)) continue;
      const on = key.slice(whose.length).split(".")[0];
      others.set(on, [...(others.get(on) ?? []), [key, JSON.parse(localStorage.getItem(key))]]);
    }
  } catch { /* forbidden */ }
  for (const [on, ticks] of others) {
    const many = ticks.length > 1;
    const sends = open.split(" ").includes(on);
    const told = document.createElement("div");
    told.className = "notice warn";
    const words = document.createElement("p");
    const what = `${ticks.length}\u00a0${many ? "présences" : "présence"} du ${on.split("-").reverse().join("/")}`;
    const people = ticks.map(([, { who, value }]) => `${who ?? "un candidat"} ${value === "present" ? "présent(e)" : "absent(e)"}`);
    words.textContent = sends
      ? `${what} ${many ? "attendent" : "attend"} sur cet appareil.`
      : `${what}, sur cet appareil, ${many ? "n’ont pas été enregistrées et ne peuvent" : "n’a pas été enregistrée et ne peut"} plus l’être\u00a0: ${people.join(", ")}.`;
    const next = document.createElement(sends ? "a" : "button");
    next.textContent = sends ? "Ouvrir ce jour pour les envoyer" : "Effacer de cet appareil";
    if (sends) next.href = `?date=${on}`;
    else {
      next.type = "button";
      next.className = "as-link";
      next.addEventListener("click", () => {
        for (const [key] of ticks) localStorage.removeItem(key);
        told.remove();
      });
    }
    told.append(words, next);
    place.append(told);
  }
  const form = document.querySelector("form[data-presences]");
  if (!form) return;
  const RETRY = 15000; // ms
  const LINE = "line";
  const PREFIX = `presences.${form.dataset.presences}.`;
  const told = document.getElementById("attente");
  const kept = new Map(); // what the browser does not let us store is kept as long as the page
  let sending = false;
  let timer = 0;
  let why = "";

  const put = (name, tick) => {
    kept.set(name, tick);
    try { localStorage.setItem(PREFIX + name, JSON.stringify(tick)); } catch { /* full or forbidden */ }
  };
  const drop = (name) => {
    kept.delete(name);
    try { localStorage.removeItem(PREFIX + name); } catch { /* forbidden */ }
  };
  const seen = (name) => form.elements[`vu_${name}`];
  const show = (name, value) => {
    for (const box of form.querySelectorAll(`input[name="${name}"]`)) box.checked = box.value === value;
  };
  const say = (name, words) => {
    const line = document.getElementById(name)?.querySelector(".reason");
    if (!line) return;
    line.textContent = words;
    line.hidden = !words;
  };
  const tell = () => {
    const away = kept.size > 1 ? "vos saisies sont gardées ici et partiront" : "votre saisie est gardée ici et partira";
    const words = why === LINE ? `Hors connexion\u00a0: ${away} dès le retour du réseau.` : why;
    told.hidden = false;
    told.classList.toggle("warn", kept.size > 0 && why !== "");
    told.textContent = kept.size ? `${kept.size}\u00a0à envoyer. ${words}`.trim() : "Tout est enregistré.";
  };

  const answered = (sent, ticks) => {
    for (const [name, tick] of sent) {
      const now = ticks[name];
      const later = kept.get(name);
      if (!now || !later) continue;
      if (seen(name)) seen(name).value = now.version;
      say(name, now.words);
      if (now.became === "kept" && later.value !== tick.value) put(name, { ...later, seen: now.version });
      else {
        drop(name);
        show(name, now.value);
      }
    }
  };

  const send = async () => {
    clearTimeout(timer);
    if (sending || !kept.size) return;
    sending = true;
    const sent = [...kept];
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, date: form.elements.date.value });
    for (const [name, tick] of sent) {
      body.set(name, tick.value);
      body.set(`vu_${name}`, tick.seen);
    }
    try {
      const answer = await fetch(location.pathname, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
      const json = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : null;
      if (json?.ticks) {
        why = "";
        answered(sent, json.ticks);
      } else if (json?.refused) why = json.refused;
      else if (answer.status >= 500) why = LINE;
      else why = "Rechargez la page et connectez-vous de nouveau : vos saisies sont gardées ici.";
    } catch {
      why = LINE;
    }
    sending = false;
    tell();
    if (kept.size) timer = setTimeout(send, why ? RETRY : 0);
  };

  form.addEventListener("change", ({ target }) => {
    const name = target.name;
    if (!seen(name)) return;
    const before = kept.get(name);
    const who = target.closest("fieldset").querySelector("legend").textContent; // to be told of it without the line, too
    put(name, { value: target.value, seen: before ? before.seen : seen(name).value, who });
    say(name, "");
    tell();
    send();
  });
  window.addEventListener("online", send);
  window.addEventListener("pageshow", send);

  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX)) kept.set(key.slice(PREFIX.length), JSON.parse(localStorage.getItem(key)));
    }
  } catch { /* forbidden */ }
  for (const [name, tick] of kept) show(name, tick.value);
  navigator.serviceWorker?.register("/static/offline.js", { scope: "/sessions/" }).catch(() => {}); // forbidden, or no HTTPS
  form.querySelector(".buttons").hidden = true;
  if (kept.size) tell();
  send();
})();
