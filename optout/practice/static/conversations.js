"use strict";
// Lays a list of conversations over the page: names, faces and the way to each person.
const face = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const list = document.createElement("aside");
list.className = "conversations";
list.setAttribute("role", "dialog");
list.innerHTML = `<h2>Maria Fremd</h2><p><img alt="Maria Fremd" src="${face}" width="40" height="40">
  <a href="/in/maria-fremd/">Maria Fremd</a> wrote to you.</p>`;
document.body.append(list);
