"use strict";
// Draws the card of one setting: a native checkbox whose label carries the key, covered by a pill.
const data = JSON.parse(document.getElementById("page-data").textContent);
const place = document.getElementById("card");
const named = (name) => data.names[name] || name;
const newId = () => "c" + crypto.getRandomValues(new Uint32Array(1))[0].toString(36);

const element = (tag, attributes, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, name === "class" ? value.split(" ").map(named).join(" ") : value);
  }
  made.append(...children);
  return made;
};

const send = (key, value) => {
  const body = JSON.stringify({
    key, value, settingDisplayType: "TOGGLE", entityUrn: `urn:li:practice_settingsApiSetting:${key}`,
  });
  if (data.save === "put-unseen") return navigator.sendBeacon("/practice-api/saved", body);
  const session = document.cookie.match(/(?:^|; )JSESSIONID="?([^";]*)/);
  return fetch("/mysettings-api/settingsApiSettings/" + key, {
    method: "PUT",
    headers: { "Content-Type": "application/json", "csrf-token": session ? session[1] : "" },
    body,
  }).then((reply) => reply.text()).catch(() => undefined);
};

// Asks in the page; only the answer "yes" saves.
const confirmThen = (go) => {
  const title = newId();
  const yes = element("button", { type: "button", class: "button" }, data.words.confirm_yes);
  const no = element("button", { type: "button", class: "button button--quiet" }, data.words.confirm_no);
  const box = element("div", { class: "dialog", role: "dialog", "aria-modal": "true", "aria-labelledby": title },
    element("div", { class: "dialog__card" },
      element("h2", { id: title }, data.words.confirm_title), element("p", {}, data.words.confirm_text),
      element("div", { class: "dialog__buttons" }, yes, no)));
  yes.addEventListener("click", () => { box.remove(); go(); });
  no.addEventListener("click", () => box.remove());
  document.body.append(box);
};

const save = (key, value, card) => {
  document.dispatchEvent(new CustomEvent("practice:changed", { detail: value }));
  if (data.save === "toast") {
    return document.body.append(element("div", { class: "toast", role: "status" }, data.words.saved));
  }
  if (data.save === "confirm-box" && !confirm(data.words.confirm_title)) {
    card.querySelector("input").checked = !value;
    return undefined;
  }
  if (data.save === "confirm") return confirmThen(() => send(key, value));
  if (data.save === "save-button") {
    if (card.querySelector("button")) return undefined;
    const button = element("button", { type: "button", class: "button" }, data.words.save);
    button.addEventListener("click", () => { send(key, card.querySelector("input").checked); button.remove(); });
    return card.append(button);
  }
  return send(key, value);
};

const switchOf = (setting) => {
  const inputId = newId();
  const extra = setting.twoIds ? newId() : "";
  const label = element("label", { class: "setting-toggle__label", id: setting.key, for: inputId }, setting.label);
  const box = element("input", {
    type: "checkbox", role: "switch", class: "setting-toggle__input", id: inputId,
    "aria-labelledby": extra ? `${extra} ${setting.key}` : setting.key,
  });
  box.checked = data.stateAfter === null ? setting.on : false;
  box.disabled = setting.locked;
  const pill = element("span", { class: "setting-toggle__toggle", "aria-hidden": "true" });
  const word = element("span", { class: "setting-toggle__word", "aria-hidden": "true" });
  const say = () => { word.textContent = box.checked ? data.words.on : data.words.off; };
  const control = element("div", { class: "setting-toggle__control" }, box, pill);
  const row = element("div", { class: "setting-toggle" }, label, word, control);
  if (extra) row.prepend(element("span", { id: extra, class: "setting-toggle__extra" }, document.querySelector("h1").textContent));
  if (setting.hidden) row.style.display = "none";
  if (data.click === "covered") row.classList.add(named("setting-toggle--covered"));
  say();
  if (data.stateAfter !== null) setTimeout(() => { box.checked = setting.on; say(); }, data.stateAfter);

  if (data.click !== "pill-dead" && data.click !== "all-dead") pill.addEventListener("click", () => box.click());
  box.addEventListener("click", (event) => {
    if (data.click === "all-dead") event.preventDefault();
    if (data.click !== "slow-flip") return;
    event.preventDefault();
    setTimeout(() => {
      box.checked = !box.checked;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }, data.flipAfter);
  });
  box.addEventListener("change", () => {
    say();
    save(setting.key, box.checked, row.parentElement);
    if (data.click === "remount") row.replaceWith(switchOf({ ...setting, on: box.checked }));
  });
  return row;
};

const radiosOf = (setting) => {
  const name = newId();
  const choices = [["ON", true], ["OFF", false]].map(([value, on]) => {
    const id = `${setting.key}__${value}`;
    const radio = element("input", { type: "radio", name, id, value });
    radio.checked = setting.on === on;
    radio.addEventListener("change", () => save(setting.key, on, place.firstElementChild));
    return element("div", { class: "tick" }, radio,
      element("label", { for: id }, on ? data.words.on : data.words.off));
  });
  return element("fieldset", { class: "choices" }, element("legend", { id: setting.key }, setting.label), ...choices);
};

const buttonOf = (setting) => {
  const button = element("button", {
    type: "button", role: "switch", class: "setting-toggle__button", "aria-labelledby": setting.key,
    "aria-checked": String(setting.on),
  });
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-checked") !== "true";
    button.setAttribute("aria-checked", String(on));
    save(setting.key, on, button.parentElement);
  });
  return element("div", { class: "setting-toggle" },
    element("span", { class: "setting-toggle__label", id: setting.key }, setting.label), button);
};

const draw = () => {
  if (data.frame) {
    const address = data.frameTag === "object" ? { data: data.frame, type: "text/html" } : { src: data.frame };
    return place.replaceChildren(element(data.frameTag, { class: "setting-frame", ...address, title: data.title }));
  }
  const draws = { switch: switchOf, radios: radiosOf, button: buttonOf };
  const card = element("section", { class: "setting-card" },
    element("p", { class: "setting-card__text" }, data.text), ...data.switches.map(draws[data.look]));
  if (data.note) card.append(element("p", { class: "setting-card__note" }, data.note));
  place.replaceChildren(card);
  return document.dispatchEvent(new CustomEvent("practice:drawn"));
};
setTimeout(draw, data.appearAfter);
