// Results are kept in this browser as one types, by account, session and what is saved of its sheet: codes and numbers alone, no name.
// What was typed beside something else than is saved today is told, and put back by whoever typed it. portal.js says when it is forgotten.
document.addEventListener("DOMContentLoaded", () => { // after portal.js, which counts
  "use strict";
  const NOTHING = "[]";
  const SHOWN = 8; // names
  const sheet = document.querySelector("[data-draft]"); // no form where results are not entered now
  const account = document.body.dataset.account;
  if (!sheet || !account) return;
  const { draft, fresh, sent, unsaved } = sheet.dataset;
  const all = `saisie.${account}.${draft.split(".")[0]}.`;
  const boxes = () => [...document.querySelectorAll("form[data-draft] .row input[name]")].filter((one) => one.type !== "hidden");
  const entry = (box) => `${box.name}=${box.value}`;
  const picked = () => JSON.stringify(boxes().filter((one) => one.checked).map(entry));
  const whose = (entry) => entry.match(/-(\d+)/)[1];
  const byRow = (list) => {
    const rows = new Map();
    for (const entry of JSON.parse(list).filter((one) => !one.endsWith("="))) {
      rows.set(whose(entry), `${rows.get(whose(entry)) ?? ""} ${entry}`);
    }
    return rows;
  };
  const differing = (one, other) => {
    const [these, those] = [byRow(one), byRow(other)];
    return [...new Set([...these.keys(), ...those.keys()])].filter((row) => these.get(row) !== those.get(row));
  };
  const typed = (kept) => differing(kept.picked, kept.base ?? NOTHING); // the rows that somebody answered, not the others
  const put = (kept, rows) => {
    const wanted = new Set(JSON.parse(kept.picked));
    for (const box of boxes()) if (rows.includes(whose(box.name))) box.checked = wanted.has(entry(box));
  };
  let counting = false;
  const counted = () => { // what is left
    counting = true;
    boxes()[0]?.dispatchEvent(new Event("change", { bubbles: true }));
    counting = false;
  };
  const ago = (since) => {
    const seconds = Math.max(1, Math.round((Date.now() - since) / 1000));
    return seconds < 60 ? `${seconds}\u00a0s` : seconds < 3600 ? `${Math.floor(seconds / 60)}\u00a0min` : `${Math.floor(seconds / 3600)}\u00a0h`;
  };
  const of = (rows) => {
    const names = rows.map((row) => document.querySelector(`#c-${row} legend`).firstChild.textContent.trim());
    const more = names.length > SHOWN ? ` et ${names.length - SHOWN}\u00a0autres` : "";
    return `${names.length}\u00a0${names.length > 1 ? "candidats" : "candidat"} (${names.slice(0, SHOWN).join(", ")}${more})`;
  };
  const notice = (text, ...ways) => {
    const told = document.createElement("div");
    told.className = "notice";
    told.tabIndex = -1;
    const words = document.createElement("p");
    words.textContent = text;
    const buttons = document.createElement("div");
    buttons.className = "buttons";
    told.append(words, buttons);
    for (const [name, act, looks = "as-link"] of ways) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = looks;
      button.textContent = name;
      button.addEventListener("click", () => {
        told.remove();
        act();
      });
      buttons.append(button);
    }
    sheet.before(told);
    return told;
  };
  let at = 0;
  const tell = () => {
    const told = document.querySelector("[data-kept]");
    if (told) told.textContent = at ? `Gardé dans ce navigateur il y a ${ago(at)}.` : "";
  };
  let key = `saisie.${account}.${draft}`;
  let base = picked();
  const rowsOf = (list) => (list ? list.split(" ") : []);
  const given = rowsOf(fresh); // just filled in, by a file or for all: the rows that it has the last word on
  const touched = new Set(sent === undefined ? given : boxes().map((box) => whose(box.name))); // here: another tab may keep other rows
  const answers = (list) => Array.isArray(list) && list.every((one) => /^[^=]*-\d+=/.test(one));
  const read = (name) => {
    try {
      const kept = JSON.parse(localStorage.getItem(name));
      return kept.at > 0 && [kept.picked, kept.base ?? NOTHING].every((list) => answers(JSON.parse(list))) ? kept : null;
    } catch { return null; }
  };
  const filled = rowsOf(unsaved); // by the service: kept with what is typed beside them
  const keep = () => {
    const kept = read(key);
    const elsewhere = kept ? kept.picked : picked();
    const [there, answered] = [new Set(JSON.parse(elsewhere)), byRow(elsewhere)];
    const here = (row) => touched.has(row) || (filled.includes(row) && !answered.has(row));
    const all = boxes().filter((box) => (here(whose(box.name)) ? box.checked : there.has(entry(box))));
    localStorage.setItem(key, JSON.stringify({ at, base, picked: JSON.stringify(all.map(entry)) }));
  };
  const mine = (kept) => `Votre saisie d’il y a ${ago(kept.at)}, gardée dans ce navigateur,`;
  // What was put back goes: from the screen where it is as it was put back, from what is kept where no other tab changed it since.
  const wipe = (before, kept, rows) => {
    const unchanged = (now) => rows.filter((row) => !differing(now, kept.picked).includes(row));
    const theirs = unchanged(read(key)?.picked ?? kept.picked);
    const gone = unchanged(picked());
    put(before, gone);
    for (const row of gone) if (theirs.includes(row)) touched.add(row);
    counted();
    if (boxes().some((box) => box.checked !== box.defaultChecked)) return;
    document.dispatchEvent(new Event("wiped")); // nothing is left to lose here
    const left = read(key);
    const others = left && typed(left).some((row) => !touched.has(row));
    touched.clear();
    if (others) return;
    localStorage.removeItem(key);
    at = 0;
    tell();
  };
  const putBack = (kept, rows) => {
    const before = { picked: picked() };
    put(kept, rows);
    counted();
    return notice(`${mine(kept)} est remise ci-dessous. Elle n’est pas enregistrée.`, ["L’effacer", () => wipe(before, kept, rows)]);
  };
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(all));
    const kept = new Map(names.map((name) => [name, read(name)]).filter(([, one]) => one));
    const own = kept.get(key);
    kept.delete(key);
    const others = [...kept].sort(([, one], [, other]) => one.at - other.at);
    if (own) {
      base = own.base ?? NOTHING;
      const rows = differing(own.picked, picked()).filter((row) => typed(own).includes(row) && !given.includes(row));
      if (rows.length) {
        at = own.at;
        putBack(own, rows);
      }
    } else if (sent !== undefined && others.length) [[key, { base }]] = others.slice(-1); // what was sent was typed beside that
    else base = JSON.stringify(JSON.parse(base).filter((one) => !filled.includes(whose(one))));
    const stands = picked();
    for (const [name, one] of sent === undefined ? others : []) {
      const away = () => localStorage.removeItem(name);
      if (sheet.tagName !== "FORM") {
        notice(`${mine(one)} ne peut pas être enregistrée maintenant.`, ["L’effacer", away]);
        continue;
      }
      const rows = differing(one.picked, stands).filter((row) => typed(one).includes(row) && document.getElementById(`c-${row}`));
      const open = rows.filter((row) => !given.includes(row));
      if (!rows.length && fresh === undefined) away();
      if (!open.length) continue;
      const back = () => {
        away();
        for (const row of open) touched.add(row);
        putBack(one, open).focus();
      };
      notice(
        `${mine(one)} n’est pas remise\u00a0: d’autres résultats ont été enregistrés depuis. ` +
          `Elle diffère de ce qui est ci-dessous pour ${of(open)}.`,
        ["Remettre ma saisie", back, "button second"],
        ["L’effacer", away],
      );
    }
  } catch { return; /* forbidden */ }
  document.addEventListener("change", ({ target }) => {
    if (!target.closest("form[data-draft]")) return;
    if (!counting) touched.add(whose(target.name));
    at = Date.now();
    try { keep(); } catch { at = 0; return; }
    tell();
  });
  setInterval(tell, 1000);
});
