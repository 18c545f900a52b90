"use strict";
// Keeps the page in a cache that a service worker answers from, and writes each move of the switch into that
// copy, whether or not the site has saved it.
const keep = async (change) => {
  const cache = await caches.open("practice");
  const kept = (await cache.match(location.href)) || (await fetch(location.href));
  const html = change(await kept.text());
  await cache.put(location.href, new Response(html, { headers: { "Content-Type": "text/html; charset=utf-8" } }));
};
const start = async () => {
  await navigator.serviceWorker.register("/static/worker.js", { scope: "/mypreferences/" });
  await keep((html) => html);
};
start();
document.addEventListener("practice:changed", (event) => {
  keep((html) => html.replace(/&quot;on&quot;: (true|false)/g, `&quot;on&quot;: ${event.detail}`));
});
