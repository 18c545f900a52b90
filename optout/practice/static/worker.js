"use strict";
// Answers with its own copy of a page if it has one.
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  event.respondWith(caches.match(event.request.url).then((kept) => kept || fetch(event.request)));
});
