// Passkeys: the one thing here that needs JavaScript; codes do without.
(() => {
  "use strict";
  const secure = window.PublicKeyCredential && !/^[0-9.]+$|^\[/.test(location.hostname);
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const ask = async (act, options) => {
    const publicKey = { ...options, challenge: bytes(options.challenge) };
    if (act === "create") {
      publicKey.user = { ...options.user, id: bytes(options.user.id) };
      publicKey.excludeCredentials = named(options.excludeCredentials);
    } else publicKey.allowCredentials = named(options.allowCredentials);
    const { id, type, rawId, response } = await navigator.credentials[act]({ publicKey });
    const said = { clientDataJSON: text(response.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[part]) said[part] = text(response[part]);
    }
    return JSON.stringify({ id, type, rawId: text(rawId), response: said });
  };

  for (const held of document.querySelectorAll("script[data-passkey]")) {
    if (!secure) continue;
    held.after(new DOMParser().parseFromString(held.text, "text/html").body.firstElementChild);
    const place = held.nextElementSibling;
    const form = place.closest("form");
    const failed = place.querySelector("[data-failed]");
    place.querySelector("button").addEventListener("click", async () => {
      failed.hidden = true;
      try {
        const headers = { "X-CSRFToken": form.querySelector("[name=csrf_token]").value };
        const answer = await fetch(held.dataset.options, { method: "POST", headers });
        place.querySelector("[name=passkey]").value = await ask(held.dataset.passkey, await answer.json());
        form.submit();
      } catch {
        failed.hidden = false;
      }
    });
  }
})();
