"""The scripts of the foreign site: they draw its pages from JSON, save, remember, tell what was pressed."""

COMMON = """
const cfg = JSON.parse(document.querySelector('code').textContent), C = cfg.c, T = cfg.t;
const nap = ms => new Promise(go => setTimeout(go, ms));
const tell = what => fetch('/x/pressed?' + what, {method: 'POST', keepalive: true});
document.addEventListener('click', e => {
  const trap = e.target.closest('[data-no]');
  if (trap) tell(trap.dataset.no);
}, true);
const main = document.querySelector('main');
"""

SETTING = """
const csrf = () => (/JSESSIONID="?([^";]+)/.exec(document.cookie) || [])[1] || '';
const spin = () => main.innerHTML = `<div class="${C.d}" role="progressbar" aria-busy="true"><i></i></div>`;
const rid = () => 'r' + Math.random().toString(36).slice(2);
const idb = () => new Promise((yes, no) => {
  const asked = indexedDB.open('prefs', 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore('p');
  asked.onsuccess = () => yes(asked.result); asked.onerror = no;
});
async function remember(key, v) {
  if (cfg.memory == 'local') localStorage['pref:' + key] = v;
  if (cfg.memory == 'session') sessionStorage['pref:' + key] = v;
  if (cfg.memory == 'cookie') document.cookie = `pref_${key}=${v};path=/;max-age=999999`;
  if (cfg.memory == 'absent') document.cookie = `pref_${key}=1;path=/;max-age=${v ? 999999 : 0}`,
    document.cookie = 'noted=1;path=/;max-age=999999';
  if (cfg.memory == 'name') window.name = key + '=' + v;
  if (cfg.memory == 'idb') (await idb()).transaction('p', 'readwrite').objectStore('p').put(v, key);
}
async function recall(key) {
  let v;
  if (cfg.memory == 'local') v = localStorage['pref:' + key];
  if (cfg.memory == 'session') v = sessionStorage['pref:' + key];
  if (cfg.memory == 'cookie') v = (new RegExp(`pref_${key}=(\\\\w+)`).exec(document.cookie) || [])[1];
  if (cfg.memory == 'absent' && document.cookie.includes('noted=1'))
    v = document.cookie.includes('pref_' + key);
  if (cfg.memory == 'name' && window.name.startsWith(key + '=')) v = window.name.split('=')[1];
  if (cfg.memory == 'idb') v = await new Promise(async go => {
    const asked = (await idb()).transaction('p').objectStore('p').get(key);
    asked.onsuccess = () => go(asked.result);
  });
  return v === undefined ? v : String(v) == 'true';
}
function card(s) {
  const id = rid(), key = s.ids.find(x => x != 'x-lead' && x != 'x-tail');
  const box = `<input id="${id}" type="checkbox" class="${C.box}" role="switch" ${s.on ? 'checked' : ''}
    ${s.locked ? 'disabled' : ''} aria-labelledby="${s.ids.join(' ')}">`;
  const pill = `<i class="${C.pill}"><b></b></i>`;
  const words = `<span id="${key}"><span> ${cfg.text || s.text} </span></span>`;
  const link = cfg.link ? `<a data-no="help" href="/help/linkedin/answer/a6278444">${T.more}</a>` : '';
  const ends = s.ids.filter(x => x != key).map(x => `<em id="${x}">·</em>`).join('');
  if (cfg.widget == 'wrapped') return `<div><div class="${C.row}"><div>
    <label class="${C.w}">${box}${pill}</label></div>
    <div><div>${words}${link}${ends}</div></div></div></div>`;
  if (cfg.widget == 'clipped') return `<div class="${C.row}"><div><div>${words}${link}${ends}</div></div>
    <div><div class="${C.w}">${box}<i class="${C.pill} ${C.hot}"></i></div></div></div>`;
  if (cfg.widget == 'undisplayed' || cfg.widget == 'stacked') return `<div class="${C.row}"><div>${box}
    <label class="${C.w}" for="${id}">${pill}</label></div><div>${words}${link}${ends}</div></div>`;
  return `<ul class="${C.row}"><li>${words}${link}${ends}</li><li>${box}</li></ul>`;
}
function send(key, v) {
  const body = JSON.stringify({value: v, settingDisplayType: 'TOGGLE', entityUrn: 'urn:' + key, key});
  const url = '/mysettings-api/settingsApiSettings/' + key;
  const head = {'csrf-token': csrf(), 'content-type': 'application/json'};
  if (cfg.save == 'beacon') return navigator.sendBeacon(url, body);
  if (cfg.save == 'xhr') return new Promise(go => {
    const x = new XMLHttpRequest(); x.open('PUT', url); x.onload = go;
    for (const h in head) x.setRequestHeader(h, head[h]);
    x.send(body);
  });
  if (cfg.save == 'form') {
    const f = Object.assign(document.createElement('form'), {method: 'post', action: url});
    f.innerHTML = `<input type="hidden" name="value" value="${v}">`;
    document.body.append(f); return f.submit();
  }
  return fetch(url, {method: 'PUT', headers: head, body, keepalive: cfg.save == 'keepalive'});
}
async function changed(s, box) {
  const v = box.checked;
  if (cfg.pessimistic) {
    box.checked = !v; box.disabled = true;
    await send(s.key, v);
    box.disabled = false; box.checked = v;
    return;
  }
  await remember(s.key, v);
  if (cfg.debounce) await nap(cfg.debounce);
  const answer = await send(s.key, v);
  if (cfg.reverts && (!answer || !answer.ok)) box.checked = !v;
  if (cfg.again) await fetch(cfg.url, {cache: 'reload'});
  if (cfg.remount) { s.on = v; draw([s]); }
}
function live(cards) {
  const boxes = [...main.querySelectorAll('input')];
  cards.forEach((s, i) => boxes[i].onchange = () => changed(s, boxes[i]));
  main.querySelectorAll('.' + C.hot).forEach((pill, i) => pill.onclick = () => boxes[i].click());
}
function draw(cards, dead) {
  main.innerHTML = `<div class="${C.a}"><div><div><h1>${T.title}</h1></div><div><p>${T.about}</p></div>
    ${cfg.before || ''}<section class="${C.s}">${cards.map(card).join('')}</section>
    ${cfg.button ? `<button data-no="save">${T.save}</button>` : ''}</div></div>
    ${cfg.ghost ? `<div style="position:absolute;left:-9999px"><input type="checkbox" role="switch"
      aria-labelledby="${cards[0].ids.join(' ')}"></div>` : ''}`;
  if (!dead) live(cards);
}
const lost = () => {
  history.replaceState(null, '', '/mypreferences/page-not-found');
  main.innerHTML = `<h1>${T.lost}</h1><p>${T.sorry}</p>`;
};
(async () => {
  const here = location.href;
  if (cfg.worker && navigator.serviceWorker) {
    await Promise.race([nap(600), navigator.serviceWorker.register('/sw.js').then(
      () => new Promise(go => navigator.serviceWorker.controller ? go() :
        navigator.serviceWorker.oncontrollerchange = go)).catch(() => 0)]);
  }
  if (cfg.route == 'lost-and-found') { lost(); await nap(cfg.away); history.replaceState(null, '', here); }
  if (cfg.route == 'words-first') {
    main.innerHTML = `<h1>${T.title}</h1><p>${T.about}</p>`; await nap(cfg.away);
  }
  if (cfg.skeleton) draw(cfg.skeleton, true); else spin();
  const giving = new AbortController();
  if (cfg.gives_up) setTimeout(() => giving.abort(), cfg.gives_up);
  const answer = await fetch(cfg.url, {signal: giving.signal}).catch(() => ({ok: false}));
  if (answer.status == 401 && cfg.route == 'login') {
    await nap(400);
    history.replaceState(null, '', '/login?session_redirect=' + encodeURIComponent(here));
    return location.reload();
  }
  const cards = answer.ok && (await answer.json()).cards;
  if (!cards && cfg.skeleton) return;
  if (!cards) {
    return main.innerHTML = `<h1>${T.title}</h1><p>${T.sorry}</p><a href="#" data-no="retry">↻</a>`;
  }
  for (const s of cards) {
    const v = await recall(s.key);
    if (v !== undefined) s.on = v;
    else if (cfg.mirror == 'all' || (cfg.mirror == 'off' && !s.on)) await remember(s.key, s.on);
  }
  if (cfg.flash) { draw(cards.map(s => ({...s, on: false})), true); await nap(cfg.flash); }
  draw(cards, !!cfg.hydrate);
  if (cfg.hydrate) { await nap(cfg.hydrate); live(cards); }
})();
"""

ROWS = """
const row = r => `<li class="${C.row}"><a class="${C.w}" href="${r.href}"><div><div><span>
  ${r.text}</span></div>\\n\\n<div>  <span>${r.on ? T.on : T.off}</span></div></div></a></li>`;
(async () => {
  main.innerHTML = `<div class="${C.d}" role="progressbar"><i></i></div>`;
  for (let part = 0; part < cfg.parts; part++) {
    if (part && cfg.more) await new Promise(go => {
      const b = Object.assign(document.createElement('button'), {textContent: T.more, onclick: go});
      main.append(b);
    });
    const rows = await (await fetch(`/x/rows?c=${cfg.category}&part=${part}`)).json();
    if (!part) main.innerHTML = `<h1>${T.about}</h1>`;
    main.insertAdjacentHTML('beforeend', cfg.folded && part ?
      `<details><summary>${T.more}</summary><ul>${rows.map(row).join('')}</ul></details>` :
      `<h2>${T.other}</h2><ul>${rows.map(row).join('')}</ul>`);
  }
})();
"""

SIGN_IN = """
const root = document.querySelector('#root'), st = {u: '', p: '', shown: false, said: ''};
const rid = () => ':' + Math.random().toString(36).slice(2) + ':';
const fields = real => `<div><label for="${rid()}">${T.user}</label><div><input id="${rid()}" type="email"
  autocomplete="username webauthn" ${real ? 'data-f="u"' : ''}></div></div>
  <div><label>${T.word}</label><div class="${C.w}"><input id="${rid()}"
  type="${real && st.shown ? 'text' : 'password'}"
  autocomplete="current-password" ${real ? 'data-f="p"' : ''}><button type="button" data-no="eye"
  aria-label="${T.eye}"><svg width="16" height="16"><circle r="6" cx="8" cy="8"/></svg></button></div></div>
  <a href="/checkpoint/rp/request-password-reset" data-no="forgot">?</a>
  <div><input type="checkbox" checked id="${rid()}"></div><p role="alert">${real ? st.said : ''}</p>
  <div><button type="button" data-go ${st.u && st.p ? '' : 'disabled'}><b>${T.enter}</b></button></div>`;
async function go() {
  if (st.busy) return;
  st.busy = true;
  const body = JSON.stringify({u: st.u, p: st.p, to: cfg.to});
  const answer = await fetch('/flagship-web/x/enter', {method: 'POST', body});
  if (answer.ok) return location.assign((await answer.json()).to);
  Object.assign(st, {busy: false, said: T.bad}); paint();
}
function paint(focus) {
  root.innerHTML = `<button type="button" data-no="google">${T.google}</button>
    <div style="${cfg.hide}" aria-hidden="true">${fields(false)}</div>
    <div class="${C.a}"><div>${fields(true)}</div></div>
    <button type="button" data-no="google">Apple</button>`;
  root.querySelectorAll('input:not([data-f])').forEach(i => i.oninput = () => tell('hidden-field'));
  root.querySelectorAll('[data-no=eye]')[1].onclick = () => { st.shown = !st.shown; paint(); };
  root.querySelectorAll('[data-go]')[1].onclick = go;
  for (const f of root.querySelectorAll('[data-f]')) {
    f.value = st[f.dataset.f];
    f.oninput = () => { st[f.dataset.f] = f.value; paint(f.dataset.f); };
    if (cfg.enter) f.onkeydown = e => { if (e.key == 'Enter' && st.u && st.p) go(); };
    if (f.dataset.f == focus) f.focus();
  }
}
(async () => { await nap(cfg.late); paint(); })();
"""

WORKER = """
addEventListener('install', e => skipWaiting());
addEventListener('activate', e => e.waitUntil(clients.claim()));
addEventListener('fetch', e => {
  const path = new URL(e.request.url).pathname;
  if (e.request.method == 'PUT') e.respondWith((async () => {
    await (await caches.open('m')).put('/off' + path.split('/').pop(), new Response('1'));
    return new Response('{}');
  })());
  if (path == '/x/state') e.respondWith((async () => {
    const known = await (await fetch(e.request)).json(), kept = await caches.open('m');
    for (const s of known.cards) if (await kept.match('/off' + s.key)) s.on = false;
    return new Response(JSON.stringify(known));
  })());
});
"""
