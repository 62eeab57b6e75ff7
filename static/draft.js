// Results are kept in this browser as one types, by account, session and what is saved of its sheet: codes and numbers alone, no name.
// portal.js says when they are forgotten.
document.addEventListener("DOMContentLoaded", () => { // after portal.js, which counts
  "use strict";
  const NOTHING = "[]";
  const form = document.querySelector("form[data-draft]");
  const account = document.body.dataset.account;
  if (!form || !account) return;
  const number = form.dataset.draft.split(".")[0];
  const key = `saisie.${account}.${form.dataset.draft}`;
  const boxes = () => [...document.querySelectorAll("form[data-draft] .row input[name]")].filter((one) => one.type !== "hidden");
  const picked = () => JSON.stringify(boxes().filter((one) => one.checked).map((one) => `${one.name}=${one.value}`));
  const ago = (since) => {
    const seconds = Math.max(1, Math.round((Date.now() - since) / 1000));
    return seconds < 60 ? `${seconds}\u00a0s` : seconds < 3600 ? `${Math.floor(seconds / 60)}\u00a0min` : `${Math.floor(seconds / 3600)}\u00a0h`;
  };
  let at = 0;
  const tell = () => {
    const told = document.querySelector("[data-kept]");
    if (told && at) told.textContent = `Gardé dans ce navigateur il y a ${ago(at)}.`;
  };
  try {
    for (const one of Object.keys(localStorage)) {
      if (one.startsWith(`saisie.${account}.${number}.`) && one !== key) localStorage.removeItem(one); // typed beside what was saved otherwise since
    }
    const kept = JSON.parse(localStorage.getItem(key));
    const { fresh } = form.dataset; // where the page was just filled in, by a file or for all: whose rows it has the last word on
    const whose = (entry) => entry.match(/-(\d+)/)[1];
    const wanted = new Set(JSON.parse(kept?.picked ?? NOTHING));
    const rows = new Set([...wanted].filter((entry) => !entry.endsWith("=")).map(whose));
    for (const one of fresh?.split(" ") ?? []) rows.delete(one);
    const before = picked();
    for (const box of wanted.size ? boxes() : []) {
      if (fresh === undefined || rows.has(whose(box.name))) box.checked = wanted.has(`${box.name}=${box.value}`);
    }
    if (picked() !== before) {
      at = kept.at;
      boxes()[0]?.dispatchEvent(new Event("change", { bubbles: true })); // what is left is counted anew
      const notice = document.createElement("div");
      notice.className = "notice";
      const words = document.createElement("p");
      words.textContent = `Votre saisie d’il y a ${ago(at)}, gardée dans ce navigateur, est remise ci-dessous. Elle n’est pas enregistrée.`;
      const away = document.createElement("button");
      away.type = "button";
      away.className = "as-link";
      away.textContent = "L’effacer";
      away.addEventListener("click", () => {
        form.reset();
        boxes()[0].dispatchEvent(new Event("change", { bubbles: true }));
        form.dispatchEvent(new Event("wiped", { bubbles: true })); // nothing is left to lose
        localStorage.removeItem(key);
        at = 0;
        document.querySelector("[data-kept]").textContent = "";
        notice.remove();
      });
      notice.append(words, away);
      form.before(notice);
    }
  } catch { return; /* forbidden */ }
  document.addEventListener("change", ({ target }) => {
    if (!target.closest("form[data-draft]")) return;
    at = Date.now();
    try { localStorage.setItem(key, JSON.stringify({ at, picked: picked() })); } catch { return; }
    tell();
  });
  setInterval(tell, 1000);
});
