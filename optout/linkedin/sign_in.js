// The sign-in forms and what comes after them: what they show, and the acts on them that leak nothing.
// A part of page.js, which hands in its words for what can be seen. Facts: linkedin.md 5 and 6.
({ flat, all, shown, firstShown, anyShown, main }) => {
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
  // Where a one-time code goes: only in a form that asks for one, never in a field that merely looks alike.
  const CODE_FORMS = "form#email-pin-challenge, form#two-step-challenge";
  const codeField = () => {
    const inForm = all(CODE_FORMS).flatMap((form) => all('input[name=pin], input[autocomplete~="one-time-code"]', form));
    const known = all("#input__email_verification_pin, #input__phone_verification_pin");
    return [...inForm, ...known].find(shown) || null;
  };
  // Whether the field for a code is there to be seen, and is one of these or in one of these.
  const asksIn = (selector) => Boolean(codeField() && codeField().closest(selector));
  const field = (role) => ({ password: passwordField, username: usernameField, code: codeField })[role]();

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
      const name = el === form ? "action" : "formaction";
      const action = el.getAttribute(name) || location.href;
      const told = (el !== form && el.getAttribute("formmethod")) || form.getAttribute("method") || "";
      // Without a method the browser would put it into the address; only a form that leads nowhere is a script's.
      const method = told.toLowerCase() || (el.hasAttribute(name) ? "get" : "");
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

  // Tells whether a form of this document was submitted from now on, whatever its script made of that.
  const sending = () => {
    let told = false;
    const note = () => { told = true; };
    window.addEventListener("submit", note, true);
    return { told: () => told, stop: () => window.removeEventListener("submit", note, true) };
  };

  const OTHER_WAYS = /apple|google|microsoft|facebook|passkey|webauthn|join|signup|register|forgot|reset|otp/i;
  const submits = (el) => Boolean(el.form) && el.type === "submit";
  const submitControl = ({ role }) => {
    const typedIn = field(role);
    for (let scope = typedIn && typedIn.parentElement; scope; scope = scope.parentElement) {
      const buttons = all('button, input[type=submit], [role=button]', scope).filter((el) => {
        if (!shown(el) || el.contains(typedIn)) return false;
        if (el.closest("form") !== typedIn.closest("form")) return false;
        const names = [el.id, el.name, el.className, el.getAttribute("aria-label"), el.getAttribute("data-litms-control-urn"),
          el.innerText, el.value].join(" ");
        const asks = submits(el) || el.matches("[data-litms-control-urn='login-submit']");
        // A small button inside the field's own box shows the password; it does not submit.
        const fieldBox = typedIn.getBoundingClientRect();
        const box = el.getBoundingClientRect();
        const beside = box.top < fieldBox.bottom - 1 && box.bottom > fieldBox.top + 1;
        return asks || (!OTHER_WAYS.test(names) && !beside);
      });
      const submit = buttons.find(submits) || buttons[0];
      if (submit) return submit;
    }
    return null;
  };
  const submitReady = ({ role }) => {
    const control = submitControl({ role });
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
  // The classic form says at which field the error is; the other one says only that there is one.
  const unknownAccount = () => all("#error-for-username").some((el) => shown(el) && flat(el.innerText));
  const pollingSeconds = () => {
    const told = document.querySelector("code#totalPollingTimeInSeconds");
    const seconds = told ? Number.parseFloat(told.textContent) : NaN;
    return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
  };
  const hiddenKey = () => {
    const el = document.querySelector("input[type=hidden][name=session_key]");
    return el && el.value ? el.value : null;
  };

  const facts = () => {
    const body = main() || document.body;
    return {
      username: Boolean(usernameField()),
      password: Boolean(passwordField()),
      hiddenKey: hiddenKey(),
      chooser: anyShown("#rememberme-div"),
      emailCode: asksIn("form#email-pin-challenge, #input__email_verification_pin"),
      phoneCode: asksIn("form#two-step-challenge, #input__phone_verification_pin"),
      recovery: Boolean(codeField() && document.querySelector("form#two-step-challenge-recovery-code, #auth-app-div")),
      push: anyShown("form#in-app-challenge"),
      captcha: captchaShown(),
      codeRefused: anyShown(".body__banner--error"),
      pollingSeconds: pollingSeconds(),
      errors: errorsShown(),
      unknownAccount: unknownAccount(),
      weak: Boolean(body) && /Please choose a more secure password\./.test(body.innerText),
      banner: anyShown(".artdeco-global-alert--COOKIE_CONSENT button[action-type=DENY]"),
    };
  };
  return {
    facts, type, focus, holds, sending, submitControl, submitReady, usernameField, passwordField, codeField,
    deny: () => firstShown(".artdeco-global-alert--COOKIE_CONSENT button[action-type=DENY]"),
    another: ({ path }) => all("a[href], button, [role=button]").find((el) => shown(el) && !el.closest(".member-profile__details")
      && (el.pathname === path || (el.getAttribute("formaction") || "").includes(path) || (el.form && (el.form.getAttribute("action") || "").includes(path)))) || null,
  };
}
