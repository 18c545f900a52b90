"use strict";
// The script-built sign-in form: drawn twice (hidden copy first), ids new on each load, and every field
// controlled: what it shows is what `input` events brought into this script's memory, nothing else.
const data = JSON.parse(document.getElementById("page-data").textContent);
const root = document.getElementById("root");
const words = data.words;
const nativeValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
const newId = () => ":r" + crypto.getRandomValues(new Uint32Array(1))[0].toString(36) + ":";

const element = (tag, attributes, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

const controlled = (field, take) => {
  let known = "";
  Object.defineProperty(field, "value", {
    configurable: true,
    get() { return nativeValue.get.call(field); },
    set(value) { known = String(value); nativeValue.set.call(field, value); },
  });
  field.addEventListener("input", () => {
    const value = nativeValue.get.call(field);
    if (value === known) return;
    known = value;
    take(value);
  });
};

class Form {
  constructor(hidden) {
    this.values = { username: "", password: "" };
    this.busy = false;
    this.box = element("div", { class: "sheet__card" });
    if (hidden) this.box.style.display = "none";
    this.mount();
  }

  mount() {
    const name = this.field("username", "text", "username webauthn", words.account);
    const secret = this.field("password", "password", "current-password", words.password);
    this.fields = { username: name.input, password: secret.input };
    const keepId = newId();
    this.keep = element("input", { type: "checkbox", id: keepId });
    this.keep.checked = true;
    this.error = element("div", { class: "field__error", role: "alert" });
    this.error.hidden = true;
    this.button = element("button", { type: "button", class: "button" }, words.sign_in);
    this.button.addEventListener("click", () => this.submit());
    const decoys = data.decoys
      ? ["Apple", "Google", "Microsoft"].map((service) =>
          element("button", { type: "button", class: "button button--quiet" }, `${words.decoy_with} ${service}`))
      : [];
    this.box.replaceChildren(
      element("h1", {}, words.sign_in),
      element("p", { class: "lead" }, words.sign_in_lead),
      ...decoys, name.box, secret.box, this.error,
      element("div", { class: "tick" }, this.keep, element("label", { for: keepId }, words.keep)),
      this.button,
      element("p", { class: "aside" }, element("a", { href: "/checkpoint/rp/request-password-reset" }, words.forgot)),
    );
    this.render();
  }

  field(name, type, autocomplete, label) {
    const id = newId();
    const input = element("input", { id, type, autocomplete });
    controlled(input, (value) => { this.values[name] = value; this.changed(); });
    if (data.enter) {
      input.addEventListener("keydown", (event) => { if (event.key === "Enter") this.submit(); });
    }
    return { input, box: element("div", { class: "field" }, element("label", { for: id }, label), input) };
  }

  changed() {
    this.render();
    if (data.remountAfter === null) return;
    setTimeout(() => {
      this.values = { username: "", password: "" };
      this.mount();
    }, data.remountAfter);
    data.remountAfter = null;
  }

  render() {
    for (const [name, field] of Object.entries(this.fields)) {
      if (field.value !== this.values[name]) field.value = this.values[name];
    }
    this.button.disabled = this.busy || !this.values.username || !this.values.password;
  }

  async submit() {
    if (this.busy || !this.values.username || !this.values.password) return;
    this.busy = true;
    this.error.hidden = true;
    this.render();
    const reply = await fetch("/flagship-web/login/submit", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...this.values, keep: this.keep.checked, onward: data.onward }),
    });
    const answer = await reply.json();
    if (answer.go && data.otherTab) return window.open(answer.go, "_blank");
    if (answer.go) return location.assign(answer.go);
    this.busy = false;
    this.error.textContent = answer.error;
    this.error.hidden = false;
    this.render();
  }
}

setTimeout(() => {
  const forms = [new Form(true), new Form(false)];
  root.replaceChildren(...forms.map((form) => form.box));
  setInterval(() => forms.forEach((form) => form.render()), data.renderEvery);
}, data.hydrateAfter);
