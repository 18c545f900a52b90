"use strict";
// Puts the sign-in's secrets wherever a page can hold them, on the card and in it, and sends them along.
document.addEventListener("practice:drawn", () => {
  const card = place.firstElementChild;
  const all = data.secrets.join(" ");
  for (const part of [card, ...card.querySelectorAll("*")]) {
    part.dataset.token = all;
    part.setAttribute("title", all);
    part.setAttribute("onfocus", `/* ${all} */`);
    part.style.setProperty("--token", JSON.stringify(all));
  }
  const hidden = { hidden: "" };
  card.append(document.createComment(all), element("input", { type: "hidden", name: all, value: all }),
    element("a", { href: `/mypreferences/d/?csrfToken=${encodeURIComponent(all)}` }, data.words.on),
    element("span", hidden, all), element("code", hidden, all), element("script", { type: "application/json" }, all),
    element("style", {}, `/* ${all} */`), element("template", {}, all), element("textarea", hidden, all),
    element("select", hidden, element("option", { value: all }, all)), element("meta", { name: "csrf", content: all }));
  for (const secret of data.secrets.map(encodeURIComponent)) {
    fetch(`/mypreferences/d/${secret}?csrfToken=${secret}&${secret}=1#${secret}`, { headers: { "X-Practice": secret } })
      .then((reply) => reply.text());
  }
});
