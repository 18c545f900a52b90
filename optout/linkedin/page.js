// What one page shows, read in one turn, and the few acts on it. Evaluated anew each time: it leaves
// no name, listener or attribute behind on the page. `signInOf` is sign_in.js. Facts: linkedin.md 3 to 6.
(signInOf) => {
  const flat = (text) => (text || "").replace(/\s+/g, " ").trim();
  const all = (selector, root) => [...(root || document).querySelectorAll(selector)];
  const MAIN = "main, [role=main]";
  const main = () => document.querySelector(MAIN);

  // Laid out and not hidden by style. Transparent counts: the real box often lies under its pill.
  const rendered = (el) =>
    el.isConnected &&
    el.getClientRects().length > 0 &&
    el.checkVisibility({ visibilityProperty: true, checkVisibilityCSS: true });

  // What a person could see and use.
  const shown = (el) => {
    if (!rendered(el) || el.closest('[aria-hidden="true"], [inert]')) return false;
    if (!el.checkVisibility({ opacityProperty: true, checkOpacity: true })) return false;
    const box = el.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && box.right + scrollX > 0 && box.bottom + scrollY > 0;
  };
  const firstShown = (...selectors) => {
    for (const selector of selectors) {
      const found = all(selector).find(shown);
      if (found) return found;
    }
    return null;
  };
  const anyShown = (selector) => all(selector).some(shown);

  const signIn = signInOf({ flat, all, shown, firstShown, anyShown, main });

  // --- the switch ---
  const tokens = (el) => (el.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean);
  const BOXES = "input[role=switch], input[type=checkbox]";
  const keyed = (key) => {
    return all(BOXES).filter((el) => el.type === "checkbox" && tokens(el).includes(key) && drawn(el));
  };
  // A box hidden by style still counts if the label or pill that stands for it is there to be seen.
  const drawn = (el) => rendered(el) || [...(el.labels || [])].some(rendered) || namedBy(el) || coveredBy(el);
  const coveredBy = (el) => {
    const pill = pillOf(el);
    return pill && !pill.contains(el); // an empty box around it shows nothing
  };
  const namedBy = (el) => all("[id]", switchScope(el)).some((name) => tokens(el).includes(name.id) && rendered(name));
  const switchScope = (el) => {
    // The largest ancestor that holds this switch and no other box.
    let scope = el;
    while (scope.parentElement && scope.parentElement !== document.body) {
      if (scope.parentElement.querySelectorAll(BOXES).length > 1) break;
      scope = scope.parentElement;
      if (scope.matches("main, [role=main]")) break;
    }
    return scope;
  };
  const nearScope = (el) => {
    // The smallest ancestor that holds this switch and its label: what a click may fall on.
    let scope = el.parentElement || el;
    const labels = tokens(el).map((id) => document.getElementById(id)).filter(Boolean);
    while (labels.length && !labels.some((label) => scope.contains(label)) && scope !== switchScope(el)) {
      scope = scope.parentElement;
    }
    return scope;
  };
  const underPointer = (el) => {
    if (el.getClientRects().length === 0) return null;
    const box = el.getBoundingClientRect();
    return document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  };
  const pillOf = (el) => {
    const known = all(".setting-toggle__toggle", switchScope(el)).find(rendered);
    if (known) return known;
    const hit = underPointer(el);
    return hit && hit !== el && rendered(hit) && nearScope(el).contains(hit) ? hit : null;
  };
  const labelOf = (el, key) => {
    const label = document.getElementById(key);
    const own = [...(el.labels || [])].find(rendered);
    return own || (label && rendered(label) ? label : null);
  };

  // --- where a click on the switch may fall ---
  // What does something by itself when it is clicked. Around the box only the browser's own kinds matter: the
  // script of anything else that holds the box hears of every click on it, however it is made.
  const NATIVE = "a, area, button, summary, label, select, option, textarea, input, iframe, frame, object, embed, audio, video";
  const ACTING = NATIVE + ", [onclick], [aria-haspopup], [aria-pressed], [tabindex]:not([tabindex^='-']), [role~=button], " +
    "[role~=switch], [role~=link], [role~=checkbox], [role~=radio], [role~=tab], [role~=option], [role^=menuitem]";
  const above = (node) => node.assignedSlot || node.parentElement || node.getRootNode().host || null;
  const isClosed = (node) => Boolean(node.shadowRoot) || node.localName.includes("-"); // who knows what lies in it
  const harmless = (hit, el) => {
    if (hit === el) return true;
    if (isClosed(hit)) return false;
    for (let node = hit; node; node = above(node)) {
      if (node.localName === "label" && node.control === el) continue;
      const around = node.contains(el);
      if (node.matches(around ? NATIVE : ACTING) || (!around && isClosed(node))) return false;
    }
    return true;
  };
  const bring = (el) => {
    el.scrollIntoView({ block: "center", behavior: "instant" });
    return el;
  };
  const middle = (box) => ({ x: box.left + box.width / 2, y: box.top + box.height / 2 });
  const words = (el) => {
    const found = [];
    const walker = document.createTreeWalker(el, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const range = document.createRange();
      range.selectNodeContents(walker.currentNode);
      if (flat(walker.currentNode.data)) found.push(...range.getClientRects());
    }
    return found;
  };
  // The box where the pointer meets it, else the pill: one of its name, or whatever harmless lies over the box.
  const faceOf = (el) => {
    const hit = underPointer(bring(el));
    if (hit === el) return el;
    const near = nearScope(el);
    const known = all(".setting-toggle__toggle", near).find((pill) => rendered(pill) && harmless(pill, el));
    return known || (hit && near.contains(hit) && harmless(hit, el) ? hit : null);
  };
  const TARGETS = { face: faceOf, label: labelOf, box: (el) => el };
  // The place on a target that a click may fall on, from its upper left corner; null if there is none.
  const placeOn = (what, key) => {
    const el = only(key);
    const target = el && TARGETS[what](el, key);
    if (!target) return null;
    const rects = (what === "label" ? words(bring(target)) : [bring(target) && el.getBoundingClientRect()]);
    const reach = what === "box" ? nearScope(el) : target;
    const place = [...rects, target.getBoundingClientRect()].filter((box) => box.width && box.height).map(middle)
      .find(({ x, y }) => {
        const hit = document.elementFromPoint(x, y);
        return hit && reach.contains(hit) && harmless(hit, el);
      });
    const corner = target.getBoundingClientRect();
    return place ? { x: place.x - corner.left - target.clientLeft, y: place.y - corner.top - target.clientTop } : null;
  };
  const cardAround = (el) => {
    const text = el.closest(MAIN) || document.body;
    let card = el;
    while (card !== text && card.parentElement) {
      card = card.parentElement;
      if (card.querySelector("h1") || (card.querySelector("p") && card.getBoundingClientRect().width > 240)) break;
    }
    return card;
  };
  const boxOf = (el) => {
    const box = el.getBoundingClientRect();
    return { x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height };
  };
  const describe = (el, key) => ({
    checked: el.checked,
    mixed: el.indeterminate,
    enabled: !el.matches(":disabled") && !el.closest('[aria-disabled="true"]'),
    aria: el.getAttribute("aria-checked"),
    label: flat(tokens(el).map((id) => (document.getElementById(id) || {}).innerText || "").join(" ")),
    card: boxOf(cardAround(el)),
  });
  // The page's document, and all it holds that can be looked into: open shadow roots, frames of the same origin.
  // `seen` says whether what holds it is drawn.
  const roots = () => {
    const found = [];
    const enter = (root, seen) => {
      found.push({ root, seen });
      for (const el of root.querySelectorAll("*")) {
        if (el.shadowRoot) enter(el.shadowRoot, seen);
        else if (el.matches(FRAMES)) {
          let inner = null;
          try { inner = el.contentDocument || null; } catch { inner = null; }
          if (inner) enter(inner, seen && rendered(el));
        }
      }
    };
    enter(document, true);
    return found;
  };
  const FRAMES = "iframe, frame, object, embed";
  const stateOf = (el) => {
    if (el.matches("input[type=checkbox], input[type=radio]")) return el.checked || el.indeterminate;
    return ["aria-checked", "aria-pressed"].map((name) => el.getAttribute(name)).find((said) => said !== null) !== "false";
  };
  // What else says something under the key than the boxes that count: copies in frames and shadow roots, buttons.
  const echoes = (key, boxes) =>
    roots().flatMap(({ root, seen }) =>
      all("[aria-labelledby]", root).filter((el) => seen && tokens(el).includes(key) && !boxes.includes(el) && drawn(el)
        && el.matches("input, [aria-checked], [aria-pressed]")).map(stateOf));
  // How often the key stands anywhere in the page, drawn or not.
  const traces = (key) =>
    roots().flatMap(({ root }) => all("[aria-labelledby], [id], [name]", root)).filter((el) =>
      tokens(el).includes(key) || el.id === key || el.id.startsWith(key + "__") || el.getAttribute("name") === key).length;
  const OTHERS = "[aria-checked]:not(input), [role=switch]:not(input), [aria-pressed], [role=checkbox]:not(input), select, " +
    'input:not([type=hidden], [type=checkbox], [type=radio]), button, [role=button], [tabindex="0"]:not(a, h1, h2, h3)';
  const opaque = (el) => el.localName.includes("-") && !el.shadowRoot && !flat(el.textContent);
  const controls = (key) => {
    const seen = (el) => rendered(el) || [...(el.labels || [])].some(rendered);
    const boxes = all(BOXES).filter((el) => seen(el) && !tokens(el).includes(key));
    const mains = all(MAIN);
    const inside = (selector) => (mains.length ? mains : [document]).flatMap((root) => all(selector, root));
    return {
      otherKeys: boxes.flatMap(tokens),
      boxes: boxes.length,
      radios: all("input[type=radio], [role=radio]").filter(seen).length,
      others: inside(OTHERS).filter((el) => rendered(el) && !mains.includes(el)).length
        + inside("*").filter((el) => opaque(el) && rendered(el)).length,
      frames: all(FRAMES).filter((el) => shown(el) && el.clientWidth > 20 && el.clientHeight > 10).length,
      shadow: roots().some(({ root, seen: held }) => held && root instanceof ShadowRoot && root.querySelector("input, [role=switch], " + OTHERS)),
      traces: traces(key),
    };
  };
  const busy = () =>
    anyShown('[role=progressbar], progress:not([value]), [aria-busy="true"], .artdeco-loader, .artdeco-spinner');

  const survey = ({ key }) => {
    const boxes = key ? keyed(key) : [];
    return {
      href: location.href,
      document: performance.timeOrigin,
      ready: document.readyState,
      lang: document.documentElement.lang,
      title: flat(document.title),
      text: all(MAIN).filter(rendered).reduce((sum, el) => sum + flat(el.innerText).length, 0),
      heading: flat((document.querySelector("h1") || {}).innerText),
      description: flat((document.querySelector("main p, [role=main] p") || {}).innerText),
      ...signIn.facts(),
      buttons: anyShown("main button, main [role=button], [role=main] button, form button"),
      dialog: anyShown("dialog[open], [role=dialog], [role=alertdialog]"),
      busy: busy(),
      switches: boxes.map((el) => describe(el, key)),
      echoes: key ? echoes(key, boxes) : [],
      controls: key ? controls(key) : null,
    };
  };

  // --- the rows of a category page ---
  const rows = () =>
    all("a[href]", main() || document.body)
      .filter((el) => el.origin === location.origin)
      .map((el) => ({
        path: el.pathname.replace(/\/+$/, "") || "/",
        lines: (el.innerText || "").split("\n").map(flat).filter(Boolean),
      }));

  // What may hold rows that are not there yet: a button to be pressed, a part that is folded up.
  const folded = () =>
    all("button, [role=button], [aria-expanded=false], details:not([open])", main() || document.body).some(rendered);

  const only = (key) => (keyed(key).length ? keyed(key)[0] : null);
  return {
    survey, rows, folded, ...signIn,
    all, flat, rendered, roots, opaque, boxOf, // for capture.js
    parts: (key) => ({ main: all(MAIN).find(rendered) || null, card: key && only(key) ? cardAround(only(key)) : null }),
    target: ({ key, what }) => only(key) && TARGETS[what](only(key), key),
    place: ({ key, what }) => placeOn(what, key),
    press: ({ key }) => { if (only(key)) only(key).click(); },
  };
}
