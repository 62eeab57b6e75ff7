// What waits on this telephone while the service is out of reach (offline.html); the page of the day comes back as soon as it answers.
(() => {
  "use strict";
  const LONGEST = 15000; // ms
  const [, number] = location.pathname.match(/^\/sessions\/(\d+)\/jour$/) ?? [];
  const waiting = [];
  try {
    const account = localStorage.getItem("compte"); // whoever was signed in last
    for (const key of Object.keys(localStorage).sort()) {
      const [kind, whose, session, on] = key.split(".");
      if (kind === "presences" && whose === account && session === number) waiting.push({ ...JSON.parse(localStorage.getItem(key)), on });
    }
  } catch { /* forbidden */ }
  const list = document.getElementById("attente");
  for (const { who, value, on } of waiting) {
    const line = document.createElement("li");
    const name = document.createElement("strong");
    name.textContent = who ?? "Un candidat";
    line.append(name, ` ${value === "present" ? "présent(e)" : "absent(e)"}, le ${on.split("-").reverse().join("/")}`);
    list.append(line);
  }
  const many = waiting.length > 1;
  document.getElementById("combien").textContent = waiting.length
    ? `${waiting.length}\u00a0${many ? "présences attendent" : "présence attend"} sur cet appareil`
    : "Rien n’attend sur cet appareil";
  document.getElementById("suite").hidden = !waiting.length;
  const back = () => location.reload();
  document.getElementById("reessayer").addEventListener("click", back);
  window.addEventListener("online", back);
  const ask = async (wait) => {
    const answer = await fetch(location.href, { method: "HEAD" }).catch(() => null);
    if (answer && answer.status < 500) back();
    else setTimeout(ask, wait, Math.min(2 * wait, LONGEST));
  };
  setTimeout(ask, 1000, 2000);
})();
