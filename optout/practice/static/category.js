"use strict";
// Draws the rows of a list: link, name, blank line, state.
const data = JSON.parse(document.getElementById("page-data").textContent);
const place = document.getElementById("rows");

const rowOf = (row) => {
  const link = document.createElement("a");
  link.href = row.href;
  link.className = "row";
  for (const [text, name] of [[row.label, "row__name"], [row.state, "row__state"]]) {
    if (!text) continue;
    const part = document.createElement("p");
    part.className = name;
    part.textContent = text;
    link.append(part);
  }
  const item = document.createElement("li");
  item.append(link);
  return item;
};

const groupOf = (group) => {
  const box = document.createElement("section");
  const heading = document.createElement("h2");
  heading.textContent = group.heading;
  const list = document.createElement("ul");
  list.className = "card rows";
  list.append(...group.rows.map(rowOf));
  box.append(heading, list);
  return box;
};

const draw = () => {
  const groups = data.groups.map(groupOf);
  if (!groups.length) {
    const empty = document.createElement("p");
    empty.textContent = data.empty;
    groups.push(empty);
  }
  if (data.restAfter === null) return place.replaceChildren(...groups);
  const early = Math.ceil(groups.length / 2);
  place.replaceChildren(...groups.slice(0, early));
  setTimeout(() => place.append(...groups.slice(early)), data.restAfter);
};
setTimeout(draw, data.appearAfter);
