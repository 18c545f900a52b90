"use strict";
// Takes the card that setting.js has drawn and makes a switch of it that nobody has seen yet.
const oddRow = () => place.querySelector(".setting-toggle");
const oddBox = () => oddRow().querySelector("input");
// A copy that does nothing, in a given state.
const copyOf = (key, checked) => {
  const copy = oddRow().cloneNode(true);
  const box = copy.querySelector("input");
  const label = copy.querySelector("label");
  box.id = newId();
  label.htmlFor = box.id;
  label.id = key;
  if (key) box.setAttribute("aria-labelledby", key);
  else box.removeAttribute("aria-labelledby");
  box.checked = checked;
  return copy;
};
const withoutKey = () => {
  oddBox().removeAttribute("aria-labelledby");
  oddRow().querySelector("label").removeAttribute("id");
};
const key = () => oddBox().getAttribute("aria-labelledby");
const fake = () => oddRow().after(copyOf(key(), false));

const ODD = {
  "bare-label": () => {
    oddBox().style.display = "none";
    oddRow().querySelector(".setting-toggle__toggle").remove();
  },
  "in-shadow": () => {
    const row = oddRow();
    const host = element("div", {});
    row.replaceWith(host);
    host.attachShadow({ mode: "open" }).append(element("link", { rel: "stylesheet", href: "/static/style.css" }), row);
  },
  "keyless": withoutKey,
  "beside-main": () => {
    withoutKey();
    document.body.append(oddRow());
  },
  "four-switches": () => {
    const state = !oddBox().checked;
    oddRow().before(copyOf("", state), copyOf(key() + "ByMail", state));
    place.querySelector(".setting-card").append(copyOf("", state));
  },
  "half": () => { oddBox().indeterminate = true; },
  "aria-lies": () => oddBox().setAttribute("aria-checked", String(!oddBox().checked)),
  "attribute-lies": () => {
    const { checked } = oddBox();
    oddBox().toggleAttribute("checked", !checked);
    oddBox().checked = checked;
  },
  "label-lies": () => { oddRow().querySelector("label").textContent = data.words.opposite_label; },
  "copy-under-pill": () => oddBox().before(copyOf(key(), !oddBox().checked).querySelector("input")),
  "faked": () => {
    fake();
    oddRow().style.display = "none";
  },
  "faked-faint": () => {
    fake();
    Object.assign(oddRow().style, { position: "absolute", left: "-9999px", opacity: 0 });
  },
  "overlaid": () => setTimeout(() => {
    const frame = element("iframe", { class: "over", src: location.pathname + "?frame=1&turned=1", title: data.title });
    document.body.append(frame);
  }, data.overAfter),
  "based": () => document.head.prepend(element("base", { href: "/elsewhere/" })),
};
document.addEventListener("practice:drawn", () => data.odd.forEach((mood) => ODD[mood] && ODD[mood]()));
const pushedAs = new URLSearchParams(location.search).get("as");
if (pushedAs) history.pushState(null, "", pushedAs);
