// What controls a page has and how they are built, read in one turn: no value of a field, no text but the
// labels of controls. Leaves nothing behind on the page. What of it may be written is sieve.py's business.
({ keys, most }) => {
  const CONTROLS = [
    "input:not([type=hidden])", "select", "textarea", "button", "[role=switch]", "[role=checkbox]", "[role=radio]",
    "[role=button]", "[role=combobox]", "[aria-checked]", "[aria-pressed]",
  ].join();
  const flat = (text) => (text || "").replace(/\s+/g, " ").trim().slice(0, 300);
  const tokens = (el) => (el.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean);
  const rendered = (el) =>
    el.isConnected && el.getClientRects().length > 0 &&
    el.checkVisibility({ visibilityProperty: true, checkVisibilityCSS: true });
  const root = document.querySelector("main, [role=main]");

  const shadows = { open: 0 };
  const frames = [];
  const insideOf = (frame) => {
    try {
      return frame.contentDocument;
    } catch {
      return null;
    }
  };
  const found = [];
  const walk = (from, where) => {
    for (const el of from.querySelectorAll("*")) {
      if (el.matches(CONTROLS)) found.push([el, where]);
      if (el.shadowRoot) {
        shadows.open += 1;
        walk(el.shadowRoot, "an open shadow root");
      }
      if (el.localName !== "iframe") continue;
      const inside = insideOf(el);
      frames.push({ readable: Boolean(inside), path: inside ? inside.location.pathname : "", rendered: rendered(el) });
      if (inside) walk(inside, "a frame");
    }
  };
  walk(root || document.body || document, "the page");

  const above = (el) => {
    const path = [];
    for (let up = el.parentElement; up && path.length < 8; up = up.parentElement) {
      path.push([up.localName, up.getAttribute("role") || ""]);
      if (up === root) break;
    }
    return path;
  };
  const labelOf = (el) => {
    const home = el.getRootNode();
    const named = tokens(el).map((id) => home.getElementById && home.getElementById(id)).filter(Boolean);
    return flat((named.length ? named : [...(el.labels || [])]).map((label) => label.innerText).join(" "));
  };
  const describe = ([el, where]) => {
    const checkable = el.localName === "input" && ["checkbox", "radio"].includes(el.type);
    return {
      where, tag: el.localName, type: el.getAttribute("type") || "", role: el.getAttribute("role") || "",
      attributes: el.getAttributeNames(), id: el.id, name: el.getAttribute("name") || "", labelledBy: tokens(el),
      label: labelOf(el), checked: checkable ? el.checked : null, mixed: checkable && el.indeterminate,
      ariaChecked: el.getAttribute("aria-checked"), ariaPressed: el.getAttribute("aria-pressed"),
      disabled: el.matches(":disabled") || el.getAttribute("aria-disabled") === "true",
      rendered: rendered(el), above: above(el),
    };
  };
  const count = (selector) => found.filter(([el]) => el.matches(selector)).length;
  return {
    path: location.pathname,
    lang: document.documentElement.lang,
    main: Boolean(root),
    ready: document.readyState === "complete",
    dialogs: document.querySelectorAll("dialog[open], [role=dialog], [role=alertdialog]").length,
    counts: {
      "checkbox": count("input[type=checkbox]"),
      "role=switch": count("[role=switch]"),
      "radio": count("input[type=radio], [role=radio]"),
      "button": count("button, [role=button]"),
      "with aria-checked": count("[aria-checked]"),
      "with aria-pressed": count("[aria-pressed]"),
      "select": count("select, [role=combobox]"),
      "text field": count("textarea, input:not([type=checkbox], [type=radio], [type=submit], [type=button])"),
      "iframe": frames.length,
      "open shadow root": shadows.open,
    },
    frames,
    labels: keys.filter((key) => document.getElementById(key)),
    controls: found.slice(0, most).map(describe),
  };
}
