// The service worker of the day of the exam: where its page is not answered, a page of this browser shows what waits here. It keeps
// that page and what it is made of, and nothing that anybody typed or may not see.
"use strict";
const PAGE = "/static/offline.html";
const KEPT = [PAGE, "/static/portal.css", "/static/rooms.css", "/static/waiting.js", "/static/icon.svg"];
const DAY = /^\/sessions\/\d+\/jour$/;

self.addEventListener("install", (event) => {
  const fresh = KEPT.map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open("offline").then((cache) => cache.addAll(fresh)).then(() => self.skipWaiting()));
});

const day = async (request) => {
  const answer = await fetch(request).catch(() => null);
  if (answer && ![502, 503, 504].includes(answer.status)) return answer;
  return (await caches.match(PAGE)) ?? answer ?? Response.error();
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, search, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && DAY.test(pathname)) event.respondWith(day(request));
  else if (!search && KEPT.includes(pathname)) event.respondWith(caches.match(pathname).then((kept) => kept ?? fetch(request)));
});
