// What one page shows, read in one turn, and the few acts on it. Evaluated anew each time: it leaves
// no name, listener or attribute behind on the page. Facts and sources: linkedin.md 3 to 6.
() => {
  const flat = (text) => (text || "").replace(/\s+/g, " ").trim();
  const all = (selector, root) => [...(root || document).querySelectorAll(selector)];
  const main = () => document.querySelector("main, [role=main]");

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

  // --- sign-in ---
  // Never a field of a form to join: it asks for a new password, or sits on a page of that kind.
  const passwordField = () =>
    firstShown(
      'input[autocomplete~="current-password"]',
      'input[type=password]:not([autocomplete~="new-password"])',
      "[name=session_password]",
    );
  const usernameField = () => {
    const selectors = ['input[autocomplete~="username"]', "input[type=email]", "#username", "[name=session_key]"];
    const password = passwordField();
    const candidates = selectors.flatMap((selector) => all(selector)).filter((el) => el !== password && shown(el));
    const near = password && password.form && candidates.find((el) => el.form === password.form);
    return near || candidates[0] || null;
  };
  const field = (role) => (role === "password" ? passwordField() : usernameField());

  const setThroughReact = (el, text) => {
    // React keeps its own copy of the value: only the native setter and an event reach it.
    const setter = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
    for (const value of ["", text]) {
      setter.call(el, value);
      el.dispatchEvent(new Event("input", { bubbles: true }));
    }
    el.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const placeFor = (role, origin, account) => {
    if (window.top !== window || location.origin !== origin) return "origin";
    const el = field(role);
    if (!el || el.disabled || el.readOnly || (role === "password" && el.type !== "password")) return "field";
    if (role === "password" && !usernameField() && hiddenKey() !== null && !isAccount(hiddenKey(), account)) return "account";
    if (el.form && !formStaysHere(el.form, origin)) return "origin";
    return el;
  };
  const isAccount = (name, account) => name.trim().toLowerCase() === account.trim().toLowerCase();
  // Wherever one of its buttons would send it; and never in an address.
  const formStaysHere = (form, origin) => {
    // form.elements lacks the buttons that are pictures.
    const buttons = all("button, input[type=submit], input[type=image]").filter((el) => el.form === form);
    return [form, ...buttons].every((el) => {
      const action = el.getAttribute(el === form ? "action" : "formaction") || location.href;
      const method = (el.getAttribute(el === form ? "method" : "formmethod") || "").toLowerCase();
      return method !== "get" && URL.canParse(action, document.baseURI) && new URL(action, document.baseURI).origin === origin;
    });
  };
  const type = ({ role, origin, account, text }) => {
    const el = placeFor(role, origin, account);
    if (typeof el === "string") return el;
    if (el.value !== text) setThroughReact(el, text);
    return el.value === text ? "typed" : "lost";
  };
  const focus = ({ role, origin, account }) => {
    const el = placeFor(role, origin, account);
    if (typeof el === "string") return el;
    setThroughReact(el, "");
    el.focus();
    return document.activeElement === el ? "focused" : "field";
  };
  const holds = ({ role, origin, account, text }) => {
    const el = placeFor(role, origin, account);
    return typeof el === "string" ? el : el.value === text ? "typed" : "lost";
  };

  const OTHER_WAYS = /apple|google|microsoft|facebook|passkey|webauthn|join|signup|register|forgot|reset|otp/i;
  const submits = (el) => Boolean(el.form) && el.type === "submit";
  const submitControl = () => {
    const password = passwordField();
    for (let scope = password && password.parentElement; scope; scope = scope.parentElement) {
      const buttons = all('button, input[type=submit], [role=button]', scope).filter((el) => {
        if (!shown(el) || el.contains(password)) return false;
        if (el.closest("form") !== password.closest("form")) return false;
        const names = [el.id, el.name, el.className, el.getAttribute("aria-label"), el.getAttribute("data-litms-control-urn"),
          el.innerText, el.value].join(" ");
        const asks = submits(el) || el.matches("[data-litms-control-urn='login-submit']");
        // A small button inside the field's own box shows the password; it does not submit.
        const fieldBox = password.getBoundingClientRect();
        const box = el.getBoundingClientRect();
        const beside = box.top < fieldBox.bottom - 1 && box.bottom > fieldBox.top + 1;
        return asks || (!OTHER_WAYS.test(names) && !beside);
      });
      const submit = buttons.find(submits) || buttons[0];
      if (submit) return submit;
    }
    return null;
  };
  const submitReady = () => {
    const control = submitControl();
    if (!control) return "none";
    return control.matches(":disabled") || control.getAttribute("aria-disabled") === "true" ? "disabled" : "ready";
  };

  const captchaShown = () =>
    anyShown("form#captcha-challenge, iframe#captcha-internal") ||
    all("iframe[src]").some((el) => {
      let host = "";
      try { host = new URL(el.src).hostname; } catch { return false; }
      return shown(el) && (/(^|\.)arkoselabs\.com$/.test(host) || /(^|\.)(recaptcha\.net|google\.com)$/.test(host));
    });
  const errorsShown = () =>
    all("#error-for-username, #error-for-password, [role=alert], [aria-invalid=true]")
      .filter(shown)
      .map((el) => (el.matches("[aria-invalid=true]") ? "invalid" : flat(el.innerText)))
      .filter(Boolean);
  const hiddenKey = () => {
    const el = document.querySelector("input[type=hidden][name=session_key]");
    return el && el.value ? el.value : null;
  };

  // --- the switch ---
  const tokens = (el) => (el.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean);
  const BOXES = "input[role=switch], input[type=checkbox]";
  const keyed = (key) => {
    const found = all(BOXES).filter((el) => el.type === "checkbox" && tokens(el).includes(key));
    // A box hidden by style still counts if the label or pill that stands for it is there to be seen.
    return found.filter((el) => rendered(el) || [...(el.labels || [])].some(rendered) || pillOf(el));
  };
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
  const uncovered = (el) => {
    const hit = underPointer(el);
    return Boolean(hit) && nearScope(el).contains(hit);
  };
  const bring = (el) => {
    if (el) el.scrollIntoView({ block: "center", behavior: "instant" });
    return el;
  };
  const cardOf = (el) => {
    const text = el.closest("main, [role=main]") || document.body;
    let card = el;
    while (card !== text && card.parentElement) {
      card = card.parentElement;
      if (card.querySelector("h1") || (card.querySelector("p") && card.getBoundingClientRect().width > 240)) break;
    }
    const box = card.getBoundingClientRect();
    return { x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height };
  };
  const describe = (el, key) => ({
    checked: el.checked,
    mixed: el.indeterminate,
    enabled: !el.matches(":disabled") && el.getAttribute("aria-disabled") !== "true",
    aria: el.getAttribute("aria-checked"),
    label: flat(tokens(el).map((id) => (document.getElementById(id) || {}).innerText || "").join(" ")),
    card: cardOf(el),
  });
  const controls = (key) => {
    const root = main() || document;
    const seen = (el) => rendered(el) || [...(el.labels || [])].some(rendered);
    const boxes = all(BOXES, root).filter((el) => seen(el) && !tokens(el).includes(key));
    const inShadow = all("*", root).some((el) => el.shadowRoot && el.shadowRoot.querySelector("input, [role=switch]"));
    return {
      otherKeys: boxes.flatMap(tokens),
      boxes: boxes.length,
      radios: all("input[type=radio], [role=radio]", root).filter(seen).length,
      others: all("[aria-checked]:not(input), [role=switch]:not(input), [aria-pressed], select, button, [role=button]", root)
        .filter(rendered).length,
      frames: all("iframe", root).filter((el) => shown(el) && el.clientWidth > 60 && el.clientHeight > 20).length,
      shadow: inShadow,
    };
  };
  const busy = () =>
    anyShown('[role=progressbar], progress:not([value]), [aria-busy="true"], .artdeco-loader, .artdeco-spinner');

  const survey = ({ key }) => {
    const body = main();
    return {
      href: location.href,
      ready: document.readyState,
      lang: document.documentElement.lang,
      title: flat(document.title),
      text: body ? flat(body.innerText).length : 0,
      heading: flat((document.querySelector("h1") || {}).innerText),
      description: flat((document.querySelector("main p, [role=main] p") || {}).innerText),
      username: Boolean(usernameField()),
      password: Boolean(passwordField()),
      hiddenKey: hiddenKey(),
      buttons: anyShown("main button, main [role=button], [role=main] button, form button"),
      chooser: anyShown("#rememberme-div"),
      emailCode: Boolean(document.querySelector("form#email-pin-challenge, #input__email_verification_pin")),
      phoneCode: Boolean(document.querySelector("form#two-step-challenge, #input__phone_verification_pin, #two-step-submit-button")),
      recovery: Boolean(document.querySelector("form#two-step-challenge-recovery-code, #auth-app-div")),
      push: Boolean(document.querySelector("form#in-app-challenge, code#totalPollingTimeInSeconds")),
      captcha: captchaShown(),
      errors: errorsShown(),
      weak: Boolean(body || document.body) && /Please choose a more secure password\./.test((body || document.body).innerText),
      banner: anyShown(".artdeco-global-alert--COOKIE_CONSENT button[action-type=DENY]"),
      dialog: anyShown("dialog[open], [role=dialog], [role=alertdialog]"),
      busy: busy(),
      switches: key ? keyed(key).map((el) => describe(el, key)) : [],
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

  const only = (key) => (keyed(key).length ? keyed(key)[0] : null);
  return {
    survey, rows, type, focus, holds, submitControl, submitReady, usernameField, passwordField,
    pill: ({ key }) => only(key) && pillOf(bring(only(key))),
    label: ({ key }) => only(key) && labelOf(only(key), key),
    box: ({ key }) => only(key),
    uncovered: ({ key }) => Boolean(only(key)) && uncovered(bring(only(key))),
    press: ({ key }) => { if (only(key)) only(key).click(); },
    deny: () => firstShown(".artdeco-global-alert--COOKIE_CONSENT button[action-type=DENY]"),
    another: ({ path }) => all("a[href], button, [role=button]").find((el) => shown(el) && !el.closest(".member-profile__details")
      && (el.pathname === path || (el.getAttribute("formaction") || "").includes(path) || (el.form && (el.form.getAttribute("action") || "").includes(path)))) || null,
  };
}
